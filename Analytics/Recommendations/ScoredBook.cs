namespace Platform.Analytics.Recommendations;

/// <summary>A book and what a model thinks of it for one reader; scores compare within one ranking only.</summary>
/// <param name="Book">The book.</param>
/// <param name="Score">Greater is better.</param>
internal readonly record struct ScoredBook(Guid Book, double Score);

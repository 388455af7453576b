namespace Platform.Analytics.Recommendations;

/// <summary>What is known of a reader and one book, as a model weighs it.</summary>
/// <param name="Book">The book.</param>
/// <param name="Weight">How much it says that the reader likes it (<see cref="EvidenceWeights"/>); 0 says nothing.</param>
internal readonly record struct Evidence(Guid Book, float Weight);

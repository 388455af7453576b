namespace Platform.Analytics.Recommendations;

/// <summary>
/// How much one kind of evidence says that a reader likes a book; 1 is a bought or a read one. Even a bad rating says something
/// for books like it: nobody reads what is far from their taste.
/// </summary>
internal static class EvidenceWeights
{
    /// <summary>By stars, from 1 to 5.</summary>
    internal static float OfRating(int stars) => stars switch { <= 1 => 0.2f, 2 => 0.3f, 3 => 0.6f, 4 => 0.9f, _ => 1.1f };
}

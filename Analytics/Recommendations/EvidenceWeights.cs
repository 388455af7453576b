using Platform.Analytics.Projections;

namespace Platform.Analytics.Recommendations;

/// <summary>
/// How much one kind of evidence says that a reader likes a book; 1 is one that was read and found good. Even a bad rating says
/// something for books like it: nobody reads what is far from their taste.
/// </summary>
internal static class EvidenceWeights
{
    /// <summary>By stars, from 1 to 5; chosen on real ratings.</summary>
    internal static float OfRating(int stars) => stars switch { <= 1 => 0.2f, 2 => 0.3f, 3 => 0.6f, 4 => 0.9f, _ => 1.1f };

    /// <summary>
    /// By the strongest of what a reader did with a book: a rating says it best; money more than an intention, and that more than
    /// a look, which is often a mistake.
    /// </summary>
    /// <returns>0 for a book that the reader does not want to be shown: it must not bring others like it.</returns>
    internal static float Of(HistoryEntry entry) => entry switch
    {
        { Hidden: true } => 0,
        { Rating: { } stars } => OfRating(stars),
        { Bought: > 0 } => 1,
        { Shelf: "read" } => 0.9f,
        { Shelf: "reading" } => 0.8f,
        { Shelf: not null } => 0.6f,
        { CartAdds: > 0 } => 0.5f,
        // A second look is no accident.
        { SearchClicks: var clicks, Views: var views } => Math.Min(0.3f, (0.1f * views) + (0.15f * clicks)),
    };

    /// <summary>Whether the reader likes it, as far as can be known: what a model should have offered.</summary>
    internal static bool IsLiked(HistoryEntry entry) => !entry.Hidden && (entry.Rating is { } stars ? stars >= 4 : entry.Bought > 0 || entry.Shelf is "read" or "reading");
}

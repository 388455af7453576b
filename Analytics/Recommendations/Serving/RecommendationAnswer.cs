using Platform.Analytics.Projections;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>What is recommended.</summary>
/// <param name="Items">The best first.</param>
/// <param name="Model">What recommends: the version of the model, or the name of what stands in for it.</param>
/// <param name="AsOf">The position of the last event that counts in the reader's history; null where no reader is meant or nothing is known.</param>
internal sealed record RecommendationAnswer(IReadOnlyList<RecommendedBook> Items, string Model, string? AsOf);

/// <summary>A book that is recommended.</summary>
/// <param name="Book">The book.</param>
/// <param name="Score">Greater is better; it compares within one answer only.</param>
/// <param name="Because">What speaks for it, the strongest first.</param>
internal sealed record RecommendedBook(Guid Book, double Score, IReadOnlyList<Reason> Because);

/// <summary>What speaks for a book.</summary>
/// <param name="BookId">The book that leads to it.</param>
/// <param name="What">What there was with that book.</param>
internal sealed record Reason(Guid BookId, [property: System.Text.Json.Serialization.JsonPropertyName("reason")] string What)
{
    internal const string Category = "category";
    internal const string Similar = "similar";

    /// <summary>By what a reader did with a book: the strongest of it.</summary>
    internal static Reason Of(HistoryEntry entry) => new(entry.Book, entry switch
    {
        { Rating: not null } => "rated",
        { Bought: > 0 } => "bought",
        { Shelf: "read" } => "read",
        { Shelf: not null } => "shelved",
        { CartAdds: > 0 } => "cart",
        { SearchClicks: > 0 } => "searched",
        _ => "viewed",
    });
}

namespace Platform.Api.Recommendations;

/// <summary>What Analytics recommends: books by their ids, the best first.</summary>
internal sealed record RecommendedIds(IReadOnlyList<RecommendedIds.Item> Items, string Model, string? AsOf)
{
    internal sealed record Item(Guid Book, double Score, IReadOnlyList<RecommendationReason> Because);
}

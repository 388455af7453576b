namespace Platform.Api.Recommendations;

/// <summary>What Analytics recommends: books by their ids, the best first.</summary>
internal sealed record RecommendedIds(IReadOnlyList<RecommendedIds.Item> Items, string Model, string? AsOf)
{
    /// <summary>With more books at the end, as far as they are not there yet.</summary>
    /// <param name="more">The best first, with a number from 0 to 1.</param>
    /// <param name="reason">What speaks for each of them.</param>
    internal RecommendedIds With(IEnumerable<(Guid Book, double Share)> more, RecommendationReason reason)
    {
        var there = Items.Select(item => item.Book).ToHashSet();
        // Below all that is there: the two numbers have nothing to do with each other.
        var below = Items.Count > 0 ? Math.Min(Items[^1].Score, 1) : 1;
        return this with { Items = [.. Items, .. more.Where(one => !there.Contains(one.Book)).Select(one => new Item(one.Book, below * one.Share, [reason]))] };
    }

    internal sealed record Item(Guid Book, double Score, IReadOnlyList<RecommendationReason> Because);
}

using Microsoft.Azure.Cosmos;
using Platform.Analytics.Projections;
using Platform.Analytics.Projections.Documents;

namespace Platform.Tests.Analytics.Projections;

/// <summary>What a generation of projections has stored, as <see cref="NaiveProjections"/> says it.</summary>
internal sealed record StoredProjections(SortedDictionary<string, decimal> Counted, SortedDictionary<string, int> Together, SortedDictionary<string, string> Known, SortedDictionary<string, double> Trending)
{
    public static async Task<StoredProjections> ReadAsync(ProjectionContainers containers, int generation)
    {
        var stored = new StoredProjections(new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal));
        foreach (var window in await AllAsync<WindowDocument>(containers.Aggregates(generation), "IS_DEFINED(c.counts)"))
        {
            foreach (var (what, count) in Named(window.Counts).Where(one => one.Count != 0))
                stored.Counted[$"{window.Subject} {window.Id} {what}"] = count;
        }

        foreach (var pair in await AllAsync<TogetherDocument>(containers.Aggregates(generation), "IS_DEFINED(c.orders)"))
            stored.Together[$"{pair.Subject["together:".Length..]} {pair.Id}"] = pair.Orders;
        foreach (var book in await AllAsync<TrendingDocument>(containers.Aggregates(generation), "IS_DEFINED(c.lastAt)"))
            stored.Trending[$"{book.Subject} {book.Id}"] = book.Hour!.Value;
        foreach (var history in await AllAsync<HistoryDocument>(containers.Histories(generation), "true"))
        {
            foreach (var (book, what, known) in history.Books.SelectMany(Named))
                stored.Known[$"{history.User} {book} {what}"] = known;
        }

        return stored;
    }

    /// <summary>Holds when it is the same, but for what says nothing.</summary>
    public void AssertIs(NaiveProjections expected)
    {
        Assert.Equal(expected.Counted.Where(one => one.Value != 0), Counted);
        Assert.Equal(expected.Together, Together);
        Assert.Equal(expected.Known.Where(one => one.Value is not ("" or "0")), Known);
        Assert.Equal(expected.Trending, Trending);
    }

    private static IEnumerable<(string What, decimal Count)> Named(Counts counts) =>
    [
        ("view", counts.Views), ("search-click", counts.SearchClicks), ("cart-add", counts.CartAdds), ("shelf-add", counts.ShelfAdds), ("orders", counts.Orders), ("quantity", counts.Quantity),
        ("refunds", counts.Refunds), ("ratings", counts.Ratings), ("stars", counts.Stars),
        .. (counts.Revenue ?? new Dictionary<string, decimal>()).Select(one => ($"revenue {one.Key}", one.Value)), .. (counts.Refunded ?? new Dictionary<string, decimal>()).Select(one => ($"refunded {one.Key}", one.Value)),
    ];

    private static IEnumerable<(Guid Book, string What, string Known)> Named(HistoryEntry entry) => new[]
    {
        (entry.Book, "view", $"{entry.Views}"), (entry.Book, "search-click", $"{entry.SearchClicks}"), (entry.Book, "cart-add", $"{entry.CartAdds}"), (entry.Book, "shelf", entry.Shelf ?? ""),
        (entry.Book, "bought", $"{entry.Bought}"), (entry.Book, "rating", $"{entry.Rating}"), (entry.Book, "hidden", entry.Hidden ? "True" : ""),
    }.Where(one => one.Item3 is not ("" or "0"));

    private static async Task<List<T>> AllAsync<T>(Container container, string condition)
    {
        List<T> found = [];
        using var pages = container.GetItemQueryIterator<T>($"SELECT * FROM c WHERE {condition}");
        while (pages.HasMoreResults)
            found.AddRange(await pages.ReadNextAsync(TestContext.Current.CancellationToken));
        return found;
    }
}

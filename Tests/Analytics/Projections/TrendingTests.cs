using Platform.Analytics.Projections;
using Platform.Tests.Emulators.Cosmos;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics.Projections;

/// <summary>What is trending is what much happened with lately.</summary>
public sealed class TrendingTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    private readonly ManualClock _clock = new();
    private readonly Guid _category = Guid.CreateVersion7();
    private readonly Guid[] _books = [Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()];

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Books_come_in_the_order_of_what_happened_with_them_within_the_window()
    {
        await using var store = new ProjectedStore(cosmos.Emulator, _clock);
        var now = _clock.GetUtcNow();
        var told = new Told(now);
        await store.TellAsync(told.Category(_books[1], _category));
        // Long ago much, lately some, just now one.
        await store.TellAsync([.. Enumerable.Range(0, 40).Select(_ => told.Interaction("view", _books[0], at: now.AddDays(-5)))]);
        await store.TellAsync([.. Enumerable.Range(0, 10).Select(_ => told.Interaction("view", _books[1], at: now.AddHours(-5)))]);
        await store.TellAsync(told.Interaction("view", _books[2], at: now));
        await store.ProjectAsync();

        Assert.Equal([_books[2]], await BooksAsync(store, TrendingWindow.Hour));
        Assert.Equal([_books[1], _books[2]], await BooksAsync(store, TrendingWindow.Day));
        Assert.Equal([_books[1], _books[0], _books[2]], await BooksAsync(store, TrendingWindow.Week));
        Assert.Equal([_books[1]], await BooksAsync(store, TrendingWindow.Week, _category));
        Assert.Equal(1, (await store.Reader.TrendingAsync(TrendingWindow.Hour, 10, null, Ended))[0].Score, 9);

        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Empty(await BooksAsync(store, TrendingWindow.Hour));
        Assert.Equal([_books[1], _books[2]], await BooksAsync(store, TrendingWindow.Day));
    }

    [Fact]
    public void The_order_in_which_it_is_told_does_not_matter_and_what_is_long_ago_is_not_lost()
    {
        var now = _clock.GetUtcNow();
        DateTimeOffset[] moments = [now, now.AddHours(-3), now.AddYears(-3), now.AddMinutes(-1)];

        var told = Sum(moments);
        Assert.Equal(told, Sum([.. moments.Reverse()]), 9);
        Assert.Equal(1 + double.Exp2(-12) + double.Exp2(-1.0 / 15), TrendingScore.AsOf(now, TrendingWindow.Hour, told), 9);

        static double Sum(DateTimeOffset[] moments) => moments.Aggregate((double?)null, (sum, at) => TrendingScore.Add(sum, at, TrendingWindow.Hour, 1))!.Value;
    }

    private static async Task<IEnumerable<Guid>> BooksAsync(ProjectedStore store, TrendingWindow window, Guid? category = null) =>
        (await store.Reader.TrendingAsync(window, 10, category, Ended)).Select(one => one.Book);
}

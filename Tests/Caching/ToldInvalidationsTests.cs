using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>Whoever listens knows which commits the others have told, and claims nothing that was not said.</summary>
public sealed class ToldInvalidationsTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = new("book:1");
    private static readonly CacheTag Tag = new("author:1");

    private readonly CacheNodes _nodes = new(stack);

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task What_another_node_or_the_same_told_is_known_by_key_by_tag_and_for_everything()
    {
        var (told, listener) = await ListenAsync();
        var writer = await _nodes.AddAsync();

        await writer.InvalidateAsync([Key], [], Seen("100:105:103"));
        await HeardAsync(told, t => t.Include(Key, 104));
        await listener.InvalidateAsync([], [Tag], Seen("100:107:"));
        await HeardAsync(told, t => t.Include(Tag, 106));

        Assert.False(told.Include(Key, 103));
        Assert.False(told.Include(Key, 105));
        Assert.False(told.Include(Tag, 107));
        Assert.False(told.Include(new CacheKey("book:2"), 104));
        Assert.False(told.Include(new CacheTag("author:2"), 104));
        Assert.Null(told.Everything);

        await writer.InvalidateAllAsync(Seen("100:120:110"));
        await HeardAsync(told, t => t.Everything is not null);
        Assert.True(told.Include(Key, 119));
        Assert.True(told.Include(new CacheTag("author:2"), 119));
        Assert.False(told.Include(Key, 110));
    }

    [Fact]
    public async Task What_was_told_without_its_commits_proves_nothing()
    {
        var (told, _) = await ListenAsync();
        var writer = await _nodes.AddAsync();

        await writer.InvalidateAsync([Key], [Tag]);
        await writer.InvalidateAllAsync();
        await writer.AttachedAsync(TestContext.Current.CancellationToken);
        await writer.InvalidateAsync([new CacheKey("last")], [], Seen("100:105:"));
        await HeardAsync(told, t => t.Include(new CacheKey("last"), 1));

        Assert.False(told.Include(Key, 1));
        Assert.False(told.Include(Tag, 1));
        Assert.Null(told.Everything);
    }

    // Two writers' messages in another order than their snapshots were taken: the later snapshot includes the other.
    [Fact]
    public async Task An_older_snapshot_that_is_told_later_takes_nothing_back()
    {
        var (told, _) = await ListenAsync();
        var writer = await _nodes.AddAsync();

        await writer.InvalidateAsync([Key], [Tag], Seen("100:110:"));
        await writer.InvalidateAsync([Key], [Tag], Seen("100:105:"));
        await writer.InvalidateAsync([new CacheKey("last")], [], Seen("100:105:"));
        await HeardAsync(told, t => t.Include(new CacheKey("last"), 1));

        Assert.True(told.Include(Key, 109));
        Assert.True(told.Include(Tag, 109));
    }

    [Fact]
    public async Task Whatever_may_have_been_missed_is_counted_and_what_was_known_before_still_counts()
    {
        var (told, listener) = await ListenAsync();
        var writer = await _nodes.AddAsync();
        await writer.InvalidateAsync([Key], [], Seen("100:105:"));
        await HeardAsync(told, t => t.Include(Key, 1));
        var losses = told.Losses;

        // A number is skipped: somebody said something that was not heard.
        await (await _nodes.RedisAsync()).ExecuteAsync("BITFIELD", _nodes.FenceTable, "INCRBY", "i64", "#1", 1);
        await writer.InvalidateAsync([new CacheKey("other")], []);
        await listener.AttachedAsync(TestContext.Current.CancellationToken);

        await HeardAsync(told, t => t.Losses > losses);
    }

    private async Task<(ToldInvalidations Told, CacheManager Listener)> ListenAsync()
    {
        var listener = await _nodes.AddAsync();
        return (new ToldInvalidations(listener, () => { }), listener);
    }

    private static SeenCommits Seen(string text) => SeenCommits.TryParse(text, out var seen) ? seen : throw new FormatException(text);

    private static Task HeardAsync(ToldInvalidations told, Func<ToldInvalidations, bool> isTold) =>
        Eventually.HoldsAsync(() => Task.FromResult(isTold(told)), "it is told");
}

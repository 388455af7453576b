using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>A value that is asked for near the end of its time is loaded anew in the background, and nobody waits.</summary>
public sealed class EagerRefreshTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = new("book:1");
    private static readonly CachePolicy Book = new()
    {
        Family = "book", Ttl = TimeSpan.FromSeconds(50), Jitter = 0, EagerRefresh = 0.8, LoadTimeout = TimeSpan.FromMinutes(1), AuditRate = 0,
    };

    private readonly CacheNodes _nodes = new(stack);
    private readonly ManualClock _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task Readers_go_on_with_the_old_value_until_the_new_one_is_there()
    {
        var node = await FilledAsync();
        var load = new HeldLoad<string>();

        _clock.Advance(TimeSpan.FromSeconds(40));
        var meanwhile = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => node.GetOrCreateAsync(Key, load.RunAsync, Book, Token).AsTask()));
        await load.BegunAsync();
        load.End("new");

        Assert.All(meanwhile, value => Assert.Equal("old", value));
        await Eventually.HoldsAsync(() => Task.FromResult(node.TryGet<string>(Key, out var result) && result.Value == "new"), "the new value is there");
        Assert.Equal(1, load.Count);
    }

    [Fact]
    public async Task Nothing_is_loaded_before_that_part_of_its_time()
    {
        var node = await FilledAsync();
        var load = new HeldLoad<string>();

        _clock.Advance(TimeSpan.FromSeconds(39));
        await node.GetOrCreateAsync(Key, load.RunAsync, Book, Token);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await node.GetOrCreateAsync(Key, load.RunAsync, Book, Token);

        await load.BegunAsync();
        Assert.Equal(1, load.Count);
        load.End("new");
    }

    [Fact]
    public async Task Readers_whose_value_ends_meanwhile_wait_for_the_load_that_is_under_way()
    {
        var node = await FilledAsync();
        var load = new HeldLoad<string>();
        _clock.Advance(TimeSpan.FromSeconds(40));
        await node.GetOrCreateAsync(Key, load.RunAsync, Book, Token);
        await load.BegunAsync();

        _clock.Advance(TimeSpan.FromSeconds(10));
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Book, Token).AsTask();
        await Eventually.HoldsAsync(() => Task.FromResult(node.GetStatistics().Single().Misses == 2), "the reader waits");
        load.End("new");

        Assert.Equal(("new", 1), (await reader, load.Count));
    }

    [Fact]
    public async Task A_refresh_that_fails_leaves_the_value_as_it_is_and_is_tried_again_a_second_later()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromSeconds(50), StaleIfError = TimeSpan.FromHours(1), Jitter = 0, EagerRefresh = 0.8, AuditRate = 0 };
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAloneAsync(_clock, meter: meter);
        await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("old"), policy, Token);
        _clock.Advance(TimeSpan.FromSeconds(40));
        await node.GetOrCreateAsync<string>(Key, _ => throw new InvalidOperationException(), policy, Token);
        await Eventually.HoldsAsync(() => Task.FromResult(count("errors_total:load_failed") == 1), "the refresh has failed");

        var load = new HeldLoad<string>();
        var kept = await node.ReadAsync(Key, 0, (_, token) => load.RunAsync(token), policy, Token);
        Assert.Equal(("old", false, 0), (kept.Value, kept.IsStale, load.Count));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(async () =>
        {
            await node.ReadAsync(Key, 0, (_, token) => load.RunAsync(token), policy, Token);
            return load.Count == 1;
        }, "it is tried again");
        Assert.True(node.TryGet<string>(Key, out var again));
        Assert.Equal(TimeSpan.FromSeconds(9), again.Ttl);
        load.End("new");
    }

    [Theory]
    [InlineData(Invalidation.OfKey)]
    [InlineData(Invalidation.OfTag)]
    [InlineData(Invalidation.OfEverything)]
    public async Task A_refresh_from_before_an_invalidation_is_not_kept(Invalidation invalidation)
    {
        var node = await _nodes.AddAloneAsync(_clock);
        await node.ReadAsync("old");
        var load = new HeldLoad<string>();
        _clock.Advance(TimeSpan.FromSeconds(50));
        await node.GetOrCreateAsync(Invalidations.Key, load.RunAsync, Invalidations.Book, Token);
        await load.BegunAsync();

        await invalidation.ApplyAsync(node);
        var reader = node.ReadAsync("new");
        load.End("old");

        Assert.Equal("new", await reader);
        Assert.Equal("new", await node.ReadAsync("newer"));
    }

    // The other node's load is as good as one's own.
    [Fact]
    public async Task A_refresh_takes_what_another_node_has_loaded_since()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(30), MemoryTtl = TimeSpan.FromSeconds(1), Jitter = 0, EagerRefresh = 0.5, AuditRate = 0 };
        var node = await _nodes.AddAsync();
        var key = new CacheKey("shared");
        var loads = 0;
        await node.GetOrCreateAsync(key, _ => new ValueTask<int>(++loads), policy, Token);
        await _nodes.StoredAsync(key);

        await Eventually.HoldsAsync(async () =>
            (await node.ReadAsync(key, 0, (_, _) => new ValueTask<int>(++loads), policy, Token)).Age > TimeSpan.FromSeconds(2), "its time in memory is over twice");

        Assert.Equal(1, loads);
    }

    private async Task<CacheManager> FilledAsync()
    {
        var node = await _nodes.AddAloneAsync(_clock);
        await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("old"), Book, Token);
        return node;
    }
}

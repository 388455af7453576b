using Platform.Caching;
using Platform.Tests.Support;
using static Platform.Tests.Caching.Invalidations;

namespace Platform.Tests.Caching;

/// <summary>What was loaded before an invalidation is kept nowhere, however late its load ends.</summary>
public sealed class StaleFillTests(Stack stack) : IAsyncDisposable
{
    private readonly CacheNodes _nodes = new(stack);

    public static TheoryData<Invalidation> All => [.. Enum.GetValues<Invalidation>()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Theory, MemberData(nameof(All))]
    public async Task A_load_from_before_an_invalidation_is_not_kept_in_memory(Invalidation invalidation)
    {
        var node = await _nodes.AddAsync();
        var (load, reader) = await BeginAsync(node);

        await invalidation.ApplyAsync(node);
        load.End("old");

        Assert.Equal("old", await reader);
        Assert.False(node.TryGet<string>(Key, out _));
        Assert.Equal("new", await node.ReadAsync("new"));
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_load_from_before_another_nodes_invalidation_is_not_kept_in_memory(Invalidation invalidation)
    {
        var reading = await _nodes.AddAsync();
        var writing = await _nodes.AddAsync();
        var (load, reader) = await BeginAsync(reading);

        await invalidation.ApplyAsync(writing);
        await _nodes.HeardAsync(reading, writing);
        load.End("old");

        Assert.Equal("old", await reader);
        Assert.False(reading.TryGet<string>(Key, out _));
        Assert.Equal("new", await reading.ReadAsync("new"));
    }

    [Theory]
    [InlineData(Invalidation.OfKey, true)]
    [InlineData(Invalidation.OfKey, false)]
    [InlineData(Invalidation.OfTag, true)]
    [InlineData(Invalidation.OfTag, false)]
    public async Task Redis_refuses_what_was_loaded_before_an_invalidation(Invalidation invalidation, bool isOnSameNode)
    {
        var (meter, count) = _nodes.Metered();
        var reading = await _nodes.AddAsync(meter: meter);
        var writing = isOnSameNode ? reading : await _nodes.AddAsync();
        var (load, reader) = await BeginAsync(reading);

        await invalidation.ApplyAsync(writing);
        load.End("old");

        await reader;
        await Eventually.HoldsAsync(() => Task.FromResult(count("fill_rejected_total:invalidated") == 1), "Redis refused", TimeSpan.FromSeconds(5));
        Assert.False(await (await _nodes.RedisAsync()).KeyExistsAsync(_nodes.Stored(Key)));
    }

    [Fact]
    public async Task Redis_refuses_what_was_loaded_before_it_lost_its_fence()
    {
        var (meter, count) = _nodes.Metered();
        // The heartbeat would find the table gone, and nothing would be sent to be refused.
        var node = await _nodes.AddAsync(options => options.Heartbeat = TimeSpan.FromHours(1), meter);
        var redis = await _nodes.RedisAsync();
        var (load, reader) = await BeginAsync(node);

        await redis.KeyDeleteAsync(_nodes.FenceTable);
        load.End("old");

        await reader;
        await Eventually.HoldsAsync(() => Task.FromResult(count("fill_rejected_total:fence_lost") == 1), "Redis refused", TimeSpan.FromSeconds(5));
        Assert.False(await redis.KeyExistsAsync(_nodes.Stored(Key)));
    }

    [Fact]
    public async Task Nothing_that_began_before_everything_was_invalidated_is_read_from_redis()
    {
        var reading = await _nodes.AddAsync();
        var writing = await _nodes.AddAsync();
        var (load, reader) = await BeginAsync(reading);

        await writing.InvalidateAllAsync();
        load.End("old");

        await reader;
        await reading.AttachedAsync(Token);
        Assert.Equal("new", await (await _nodes.AddAsync()).ReadAsync("new"));
    }

    [Fact]
    public async Task A_load_is_kept_in_spite_of_the_invalidation_of_others()
    {
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync(meter: meter);
        var (load, reader) = await BeginAsync(node);

        await node.InvalidateAsync([new CacheKey("book:2")], [new CacheTag("author:other")]);
        load.End("value");

        await reader;
        await _nodes.StoredAsync(Key);
        Assert.True(node.TryGet<string>(Key, out _));
        Assert.Equal((0, 0), (count("fill_rejected_total:invalidated"), count("fill_rejected_total:invalidated_locally")));
    }

    private static async Task<(HeldLoad<string> Load, Task<string> Reader)> BeginAsync(CacheManager node)
    {
        var load = new HeldLoad<string>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Book, Token).AsTask();
        await load.BegunAsync();
        return (load, reader);
    }
}

using Platform.Caching;
using Platform.Tests.Support;
using static Platform.Tests.Caching.Invalidations;

namespace Platform.Tests.Caching;

/// <summary>Once an invalidation has returned, its node reads anew; the others as soon as they have heard.</summary>
public sealed class InvalidationTests(Stack stack) : IAsyncDisposable
{
    private readonly CacheNodes _nodes = new(stack);

    public static TheoryData<Invalidation> All => [.. Enum.GetValues<Invalidation>()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Theory, MemberData(nameof(All))]
    public async Task What_memory_has_is_unread(Invalidation invalidation)
    {
        var node = await _nodes.AddAsync();
        await node.ReadAsync("old");

        await invalidation.ApplyAsync(node);

        Assert.False(node.TryGet<string>(Key, out _));
        Assert.Equal("new", await node.ReadAsync("new"));
    }

    [Theory, MemberData(nameof(All))]
    public async Task What_another_nodes_memory_has_is_unread(Invalidation invalidation)
    {
        var reading = await _nodes.AddAsync();
        var writing = await _nodes.AddAsync();
        await reading.ReadAsync("old");

        await invalidation.ApplyAsync(writing);

        await Eventually.HoldsAsync(() => Task.FromResult(!reading.TryGet<string>(Key, out _)), "the other node has heard");
        Assert.Equal("new", await reading.ReadAsync("new"));
    }

    [Theory, MemberData(nameof(All))]
    public async Task What_redis_has_is_unread(Invalidation invalidation)
    {
        var writing = await _nodes.AddAsync();
        var reading = await _nodes.AddAsync();
        await writing.ReadAsync("old");
        await _nodes.StoredAsync(Key);

        await invalidation.ApplyAsync(writing);
        await _nodes.HeardAsync(reading, writing);

        Assert.Equal("new", await reading.ReadAsync("new"));
    }

    // A node that comes later has heard nothing, but copies what the others have.
    [Theory, MemberData(nameof(All))]
    public async Task What_redis_has_is_unread_by_a_node_that_comes_later(Invalidation invalidation)
    {
        var writing = await _nodes.AddAsync();
        await writing.ReadAsync("old");
        await _nodes.StoredAsync(Key);

        await invalidation.ApplyAsync(writing);

        Assert.Equal("new", await (await _nodes.AddAsync()).ReadAsync("new"));
    }

    // Without memory each read goes to Redis: what counts is that this node's copy of the fence is as new as its own writes.
    [Theory]
    [InlineData(Invalidation.OfKey)]
    [InlineData(Invalidation.OfTag)]
    public async Task A_read_after_a_write_on_the_same_node_is_new_without_memory_too(Invalidation invalidation)
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(1), MemoryTtl = TimeSpan.Zero, AuditRate = 0, Tags = static (_, _) => [new CacheTag("author:old")] };
        var node = await _nodes.AddAsync();
        for (var version = 0; version < 200; version++)
        {
            await invalidation.ApplyAsync(node);
            Assert.Equal(version, await node.GetOrCreateAsync(Key, _ => new ValueTask<int>(version), policy, Token));
        }
    }

    // The table of versions is not what reads are slowed by: a value that nobody invalidated stays where it is.
    [Fact]
    public async Task Other_values_stay()
    {
        var node = await _nodes.AddAsync();
        await node.ReadAsync("value");

        await node.InvalidateAsync([new CacheKey("book:2")], [new CacheTag("author:other")]);

        Assert.Equal("value", await node.ReadAsync("new"));
    }

    [Fact]
    public async Task A_thousand_keys_and_tags_are_invalidated_at_once()
    {
        var writing = await _nodes.AddAsync();
        CacheKey[] keys = [.. Enumerable.Range(0, 1_200).Select(i => new CacheKey($"book:{i}"))];
        await writing.GetOrCreateManyAsync(keys, (missing, _) => AllAsync(missing, "old"), Book, Token);

        await writing.InvalidateAsync(keys, [.. Enumerable.Range(0, 1_200).Select(i => new CacheTag($"tag:{i}"))]);

        var read = await (await _nodes.AddAsync()).GetOrCreateManyAsync(keys, (missing, _) => AllAsync(missing, "new"), Book, Token);
        Assert.All(read.Values, value => Assert.Equal("new", value));
    }

    [Fact]
    public async Task Keys_that_cannot_be_cached_and_tags_without_a_name_are_no_error()
    {
        var node = await _nodes.AddAsync();

        await node.InvalidateAsync([default, new CacheKey(""), new CacheKey("line\nbreak"), new CacheKey(new string('x', 513))], [default]);

        Assert.True(node.IsAttached);
    }

    private static ValueTask<IReadOnlyDictionary<CacheKey, string>> AllAsync(IReadOnlyList<CacheKey> keys, string value) =>
        new(keys.ToDictionary(key => key, _ => value));
}

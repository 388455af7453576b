using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching.Outages;

/// <summary>Redis goes and comes back, with nothing, with what it once had, or with a part of it.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private readonly Source _source = new();
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartNewAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    [Fact]
    public async Task A_node_that_starts_without_redis_serves_and_takes_redis_into_use_when_it_comes()
    {
        await _redis.KillAsync();
        await using var node = await CacheNode.ConnectAsync(_redis.Address, _source, attach: false);

        var first = await node.ReadAsync("book:1");
        var second = await node.ReadAsync("book:1");
        await node.WriteAsync("book:1", "new");
        var third = await node.ReadAsync("book:1");
        await _redis.StartAsync();
        await node.AttachedAsync();

        Assert.Equal([(CacheLevel.Source, "old"), (CacheLevel.Memory, "old"), (CacheLevel.Source, "new")], [first, second, third]);
        await node.FillAsync("book:2", await _redis.DatabaseAsync());
    }

    [Fact]
    public async Task Nodes_survive_a_redis_that_is_killed_and_comes_back_empty()
    {
        await using var one = await CacheNode.ConnectAsync(_redis.Address, _source);
        await using var other = await CacheNode.ConnectAsync(_redis.Address, _source);
        await one.FillAsync("book:1", await _redis.DatabaseAsync());
        await other.ReadAsync("book:1");

        await _redis.KillAsync();
        await one.WriteAsync("book:1", "new");
        var during = await one.ReadAsync("book:1");
        await _redis.StartAsync();
        await Task.WhenAll(one.AttachedAsync(), other.AttachedAsync());

        Assert.Equal("new", during.Value);
        Assert.Equal("new", (await one.ReadAsync("book:1")).Value);
        Assert.Equal("new", (await other.ReadAsync("book:1")).Value);
    }

    [Fact]
    public async Task What_a_restart_brings_back_from_an_old_snapshot_is_not_served()
    {
        await using var one = await CacheNode.ConnectAsync(_redis.Address, _source);
        await using var other = await CacheNode.ConnectAsync(_redis.Address, _source);
        await one.FillAsync("book:1", await _redis.DatabaseAsync());
        await _redis.SaveAsync();

        await one.WriteAsync("book:1", "new");
        await _redis.KillAsync();
        await _redis.StartAsync();
        await Task.WhenAll(one.AttachedAsync(), other.AttachedAsync());
        await using var late = await CacheNode.ConnectAsync(_redis.Address, _source);

        Assert.True(await (await _redis.DatabaseAsync()).KeyExistsAsync("test:v:book:1"), "the snapshot has the old value");
        foreach (var node in new[] { late, one, other })
        {
            Assert.Equal("new", (await node.ReadAsync("book:1")).Value);
        }
    }

    [Fact]
    public async Task A_fill_whose_load_began_before_a_flush_is_refused()
    {
        await using var node = await CacheNode.ConnectAsync(_redis.Address, _source, NoHeartbeat);
        var gate = new TaskCompletionSource<string>();
        var load = node.Cache.GetOrCreateAsync(new("book:1"), async _ => await gate.Task, CacheNode.Book, TestContext.Current.CancellationToken);

        await _redis.ExecuteAsync("FLUSHALL");
        gate.SetResult("loaded before");

        Assert.Equal("loaded before", await load);
        await Eventually.HoldsAsync(() => Task.FromResult(node.Count("fill_rejected_total", "fence_lost") == 1), "the fill is refused");
        Assert.False(await (await _redis.DatabaseAsync()).KeyExistsAsync("test:v:book:1"));
    }

    [Fact]
    public async Task A_flush_is_noticed_without_any_write()
    {
        await using var node = await CacheNode.ConnectAsync(_redis.Address, _source);
        await node.ReadAsync("book:1");
        _source.Write("book:1", "new");

        await _redis.ExecuteAsync("FLUSHALL");

        // What the others said between the flush and now may be among what was lost.
        await node.ReadsAsync("book:1", "new");
        await node.AttachedAsync();
        await node.FillAsync("book:2", await _redis.DatabaseAsync());
    }

    [Theory]
    [InlineData("DEL", "test:fence")]
    [InlineData("SET", "test:fence", "short")]
    [InlineData("FLUSHALL")]
    public async Task An_invalidation_reaches_everybody_though_the_fence_table_is_gone(string command, params string[] arguments)
    {
        await using var writer = await CacheNode.ConnectAsync(_redis.Address, _source, NoHeartbeat);
        await using var reader = await CacheNode.ConnectAsync(_redis.Address, _source, NoHeartbeat);
        await reader.FillAsync("book:1", await _redis.DatabaseAsync());

        await _redis.ExecuteAsync(command, [.. arguments]);
        await writer.WriteAsync("book:1", "new");

        Assert.Equal("new", (await writer.ReadAsync("book:1")).Value);
        await reader.ReadsAsync("book:1", "new");
        await using var late = await CacheNode.ConnectAsync(_redis.Address, _source);
        await writer.AttachedAsync();
        Assert.Equal("new", (await late.ReadAsync("book:1")).Value);
    }

    private static void NoHeartbeat(CacheOptions options) => options.Heartbeat = TimeSpan.FromHours(1);
}

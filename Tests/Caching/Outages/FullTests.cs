using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching.Outages;

/// <summary>Redis has no memory left, and its policy is to refuse writes.</summary>
public sealed class FullTests : IAsyncLifetime
{
    private readonly Source _source = new();
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartNewAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    [Fact]
    public async Task A_full_redis_takes_no_more_values_but_every_invalidation()
    {
        await using var writer = await CacheNode.ConnectAsync(_redis.Address, _source);
        await using var reader = await CacheNode.ConnectAsync(_redis.Address, _source);
        await reader.FillAsync("book:1", await _redis.DatabaseAsync());

        await _redis.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        await writer.WriteAsync("book:1", "new");

        Assert.True(writer.Cache.IsAttached);
        await reader.ReadsAsync("book:1", "new");
        await Eventually.HoldsAsync(() => Task.FromResult(reader.Count("errors_total", "redis_unavailable") > 0), "the fill was refused");
        Assert.True(reader.Cache.IsAttached);
        Assert.Equal((CacheLevel.Memory, "new"), await reader.ReadAsync("book:1"));
    }

    [Fact]
    public async Task A_node_can_start_on_a_full_redis()
    {
        await using (var earlier = await CacheNode.ConnectAsync(_redis.Address, _source))
        {
            await earlier.FillAsync("book:1", await _redis.DatabaseAsync());
        }

        await _redis.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        await using var node = await CacheNode.ConnectAsync(_redis.Address, _source);

        Assert.Equal(CacheLevel.Redis, (await node.ReadAsync("book:1")).Level);
    }
}

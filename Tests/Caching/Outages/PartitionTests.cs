using System.Diagnostics;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching.Outages;

/// <summary>One node cannot reach Redis while the others can.</summary>
public sealed class PartitionTests : IAsyncLifetime
{
    private readonly Source _source = new();
    private RedisServer _redis = null!;
    private TcpProxy _proxy = null!;
    private TcpProxy _otherProxy = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        (_proxy, _otherProxy) = (TcpProxy.BeforeAddress(_redis.Address), TcpProxy.BeforeAddress(_redis.Address));
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _otherProxy.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Memory_serves_a_node_on_its_own_and_is_dropped_when_it_is_back()
    {
        await using var alone = await ConnectAsync(_proxy);
        await using var writer = await CacheNode.ConnectAsync(_redis.Address, _source);
        await alone.FillAsync("book:1", await _redis.DatabaseAsync());

        await CutAsync(alone);
        await writer.WriteAsync("book:1", "new");
        var during = await alone.ReadAsync("book:1");
        _proxy.Restore();
        await alone.AttachedAsync();

        Assert.Equal((CacheLevel.Memory, "old"), during);
        Assert.Equal("new", (await alone.ReadAsync("book:1")).Value);
        Assert.NotEqual(0, alone.Count("errors_total", "missed_invalidation"));
    }

    [Fact]
    public async Task Memory_is_trusted_for_a_short_time_only_when_nobody_is_heard()
    {
        await using var alone = await ConnectAsync(_proxy, options => options.DetachedTtl = TimeSpan.FromMilliseconds(200));
        await using var writer = await CacheNode.ConnectAsync(_redis.Address, _source);
        await alone.FillAsync("book:1", await _redis.DatabaseAsync());

        await CutAsync(alone);
        await writer.WriteAsync("book:1", "new");
        await alone.ReadsAsync("book:1", "new");
        await writer.WriteAsync("book:1", "newer");
        await alone.ReadsAsync("book:1", "newer");

        Assert.False(alone.Cache.IsAttached);
    }

    [Fact]
    public async Task What_a_node_wrote_on_its_own_is_told_to_the_others_when_it_is_back()
    {
        await using var alone = await ConnectAsync(_proxy);
        await using var reader = await CacheNode.ConnectAsync(_redis.Address, _source);
        await reader.FillAsync("book:1", await _redis.DatabaseAsync());

        await CutAsync(alone);
        await alone.WriteAsync("book:1", "new");
        _proxy.Restore();
        await alone.AttachedAsync();

        await reader.ReadsAsync("book:1", "new");
        await using var late = await CacheNode.ConnectAsync(_redis.Address, _source);
        Assert.Equal("new", (await late.ReadAsync("book:1")).Value);
    }

    [Fact]
    public async Task A_node_whose_client_only_thinks_that_it_is_subscribed_subscribes_again()
    {
        await using var node = await ConnectAsync(_proxy);
        await using var writer = await CacheNode.ConnectAsync(_redis.Address, _source);
        await node.FillAsync("book:1", await _redis.DatabaseAsync());

        await CutAsync(node);
        _proxy.Misdirect($"{CacheNode.Namespace}:invalidations");
        _proxy.Restore();
        await Eventually.HoldsAsync(() => Task.FromResult(!_proxy.Misdirects), "the client has subscribed to another channel");
        // The client itself would look at its subscriptions after a minute.
        await node.AttachedAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await writer.WriteAsync("book:1", "new");

        await node.ReadsAsync("book:1", "new");
    }

    [Theory]
    [InlineData(10_000, false)]
    [InlineData(10_001, true)]
    public async Task More_writes_than_a_node_remembers_make_everything_unread(int writes, bool makeNewEpoch)
    {
        await using var alone = await ConnectAsync(_proxy);
        await using var reader = await CacheNode.ConnectAsync(_redis.Address, _source);
        await reader.FillAsync("book:1", await _redis.DatabaseAsync());
        await reader.FillAsync("author:1", await _redis.DatabaseAsync());
        var epoch = await EpochAsync();

        await CutAsync(alone);
        _source.Write("book:1", "new");
        await alone.Cache.InvalidateAsync([.. Enumerable.Range(0, writes).Select(i => new CacheKey($"book:{i}"))], []);
        _proxy.Restore();
        await alone.AttachedAsync();

        await reader.ReadsAsync("book:1", "new");
        await reader.AttachedAsync();
        Assert.Equal(makeNewEpoch, await EpochAsync() != epoch);
        Assert.Equal(makeNewEpoch ? CacheLevel.Source : CacheLevel.Memory, (await reader.ReadAsync("author:1")).Level);
        await using var late = await CacheNode.ConnectAsync(_redis.Address, _source);
        Assert.Equal("new", (await late.ReadAsync("book:1")).Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_older_than_the_outage_is_served_after_it_while_another_node_is_still_away(bool isCut)
    {
        await using var reader = await ConnectAsync(_proxy);
        await using var writer = await ConnectAsync(_otherProxy);
        await reader.FillAsync("book:1", await _redis.DatabaseAsync());

        await Task.WhenAll(FailAsync(reader, _proxy, isCut), FailAsync(writer, _otherProxy, isCut));
        await writer.WriteAsync("book:1", "new");
        // What a node takes for an outage in which others may have written.
        var since = Stopwatch.StartNew();
        await Eventually.HoldsAsync(() => Task.FromResult(since.Elapsed > TimeSpan.FromSeconds(1.1)), "the outage is one");
        _proxy.Restore();
        await reader.AttachedAsync();

        Assert.False(writer.Cache.IsAttached);
        Assert.True(await (await _redis.DatabaseAsync()).KeyExistsAsync("test:v:book:1"), "Redis has the old value");
        Assert.Equal((CacheLevel.Source, "new"), await reader.ReadAsync("book:1"));
    }

    [Fact]
    public async Task Nothing_older_than_the_outage_is_served_by_a_node_that_starts_after_it_though_the_writer_died_in_it()
    {
        await using var reader = await ConnectAsync(_proxy);
        await using (var writer = await ConnectAsync(_otherProxy))
        {
            await reader.FillAsync("book:1", await _redis.DatabaseAsync());
            await Task.WhenAll(FailAsync(reader, _proxy, isCut: true), FailAsync(writer, _otherProxy, isCut: true));
            await writer.WriteAsync("book:1", "new");
        }

        _proxy.Restore();
        await reader.AttachedAsync();
        await using var late = await CacheNode.ConnectAsync(_redis.Address, _source);

        Assert.True(await (await _redis.DatabaseAsync()).KeyExistsAsync("test:v:book:1"), "Redis has the old value");
        Assert.Equal((CacheLevel.Source, "new"), await late.ReadAsync("book:1"));
    }

    private async Task<long> EpochAsync() => ((long[])(await _redis.ExecuteAsync("BITFIELD_RO", "test:fence", "GET", "i64", "#0"))!)[0];

    private Task<CacheNode> ConnectAsync(TcpProxy proxy, Action<CacheOptions>? configure = null) => CacheNode.ConnectAsync($"127.0.0.1:{proxy.Port}", _source, configure);

    private Task CutAsync(CacheNode node) => FailAsync(node, _proxy, isCut: true);

    private static Task FailAsync(CacheNode node, TcpProxy proxy, bool isCut)
    {
        if (isCut)
        {
            proxy.Cut();
        }
        else
        {
            proxy.Stall();
        }

        return Eventually.HoldsAsync(() => Task.FromResult(!node.Cache.IsAttached), "the node has noticed");
    }
}

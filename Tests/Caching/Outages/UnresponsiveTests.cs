using System.Diagnostics;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching.Outages;

/// <summary>Redis is there and does not answer, or late, or its answers are lost: it costs one budget, and nobody's truth.</summary>
public sealed class UnresponsiveTests : IAsyncLifetime
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(50);

    private readonly Source _source = new();
    private RedisServer _redis = null!;
    private TcpProxy _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        _proxy = TcpProxy.BeforeAddress(_redis.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData("frozen")]
    [InlineData("slow")]
    [InlineData("cut")]
    public async Task An_outage_costs_one_budget_and_then_nothing(string fault)
    {
        await using var node = await ConnectAsync(options => options.RedisBudget = Budget);
        switch (fault)
        {
            case "frozen":
                _proxy.Stall();
                break;
            case "slow":
                _proxy.Delay(TimeSpan.FromSeconds(2));
                break;
            default:
                _proxy.Cut();
                break;
        }

        var failuresBefore = node.Failures;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 400; i++)
        {
            Assert.Equal((CacheLevel.Source, "old"), await node.ReadAsync($"book:{i}"));
        }

        var took = watch.Elapsed;

        // One for the read that found out; the heartbeat may have found out at the same time.
        Assert.InRange(node.Failures - failuresBefore, 0, 2);
        Assert.InRange(took, TimeSpan.Zero, 400 * Budget / 4);
        Assert.False(node.Cache.IsAttached);
        _proxy.Restore();
        await node.AttachedAsync();
    }

    [Fact]
    public async Task Redis_that_fails_again_and_again_is_left_alone_for_longer_and_longer()
    {
        await using var node = await ConnectAsync(options => options.RedisBudget = Budget);
        var watch = new Stopwatch();

        for (var i = 0; i < 5; i++)
        {
            _proxy.Stall();
            await node.ReadAsync($"book:{i}");
            await Eventually.HoldsAsync(() => Task.FromResult(!node.Cache.IsAttached), "the stall is noticed");
            _proxy.Restore();
            watch.Restart();
            await node.AttachedAsync();
        }

        // 0.1 s, doubled each time; a busy machine only takes longer.
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.2), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_write_during_a_freeze_is_told_before_redis_is_used_again()
    {
        await using var one = await ConnectAsync();
        await using var other = await ConnectAsync();
        await one.FillAsync("book:1", await _redis.DatabaseAsync());
        await other.ReadAsync("book:1");

        _redis.Freeze();
        await one.WriteAsync("book:1", "new");
        var during = await one.ReadAsync("book:1");
        _redis.Thaw();
        await one.AttachedAsync();
        await using var late = await CacheNode.ConnectAsync(_redis.Address, _source);

        Assert.Equal("new", during.Value);
        Assert.Equal("new", (await one.ReadAsync("book:1")).Value);
        Assert.Equal("new", (await late.ReadAsync("book:1")).Value);
        await other.ReadsAsync("book:1", "new");
    }

    [Fact]
    public async Task A_fill_that_redis_gets_to_only_after_a_freeze_does_not_bring_the_old_value_back()
    {
        await using var reader = await ConnectAsync();
        await using var writer = await ConnectAsync();
        var gate = new TaskCompletionSource<string>();
        var load = reader.Cache.GetOrCreateAsync(new("book:1"), async _ => await gate.Task, CacheNode.Book, TestContext.Current.CancellationToken);

        _redis.Freeze();
        gate.SetResult("old");
        await load;
        await Eventually.HoldsAsync(() => Task.FromResult(!reader.Cache.IsAttached), "the fill has been sent and was not answered");
        await writer.WriteAsync("book:1", "new");
        _redis.Thaw();
        await writer.AttachedAsync();
        await using var late = await CacheNode.ConnectAsync(_redis.Address, _source);

        Assert.Equal("new", (await late.ReadAsync("book:1")).Value);
        await reader.ReadsAsync("book:1", "new");
    }

    [Fact]
    public async Task An_invalidation_whose_answer_is_lost_is_told_again()
    {
        await using var writer = await ConnectAsync();
        await using var reader = await CacheNode.ConnectAsync(_redis.Address, _source);
        await reader.FillAsync("book:1", await _redis.DatabaseAsync());

        _proxy.LoseAnswers();
        await writer.WriteAsync("book:1", "new");
        var isAttached = writer.Cache.IsAttached;
        var lastHeard = await SeqAsync();
        await reader.ReadsAsync("book:1", "new");
        _proxy.Cut();
        _proxy.Restore();
        await writer.AttachedAsync();

        Assert.False(isAttached);
        // A hello, and the invalidation once more.
        Assert.InRange(await SeqAsync() - lastHeard, 2, long.MaxValue);
        Assert.Equal("new", (await writer.ReadAsync("book:1")).Value);
    }

    private async Task<long> SeqAsync() => ((long[])(await _redis.ExecuteAsync("BITFIELD_RO", "test:fence", "GET", "i64", "#1"))!)[0];

    private Task<CacheNode> ConnectAsync(Action<CacheOptions>? configure = null) => CacheNode.ConnectAsync($"127.0.0.1:{_proxy.Port}", _source, configure);
}

using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>How long a value is served, and when it is loaded anew.</summary>
public sealed class ExpiryTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = new("book:1");

    private readonly CacheNodes _nodes = new(stack);
    private readonly ManualClock _clock = new();
    private int _loads;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task A_value_ends_with_its_time_and_says_its_age()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromSeconds(30), Jitter = 0, EagerRefresh = 1, AuditRate = 0 };
        var node = await _nodes.AddAloneAsync(_clock);
        await ReadAsync(node, policy);

        _clock.Advance(TimeSpan.FromSeconds(29));
        var last = await ReadAsync(node, policy);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var next = await ReadAsync(node, policy);

        Assert.Equal(new CacheResult<int>(1, CacheLevel.Memory, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(1), false), last);
        Assert.Equal(new CacheResult<int>(2, CacheLevel.Source, TimeSpan.Zero, TimeSpan.FromSeconds(30), false), next);
    }

    // Its time counts from the moment the load began: what it read is no newer than that.
    [Fact]
    public async Task The_time_that_a_load_took_is_part_of_its_values_age()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromSeconds(30), Jitter = 0, EagerRefresh = 1, AuditRate = 0 };
        var node = await _nodes.AddAloneAsync(_clock);
        var load = new HeldLoad<int>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, policy, Token);
        await load.BegunAsync();
        _clock.Advance(TimeSpan.FromSeconds(8));
        load.End(7);
        await reader;

        Assert.True(node.TryGet<int>(Key, out var kept));
        Assert.Equal((TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(22)), (kept.Age, kept.Ttl));
    }

    [Fact]
    public async Task Memory_asks_redis_again_after_its_own_shorter_time()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(30), MemoryTtl = TimeSpan.Zero, AuditRate = 0 };
        var node = await _nodes.AddAsync();
        await ReadAsync(node, policy);
        await _nodes.StoredAsync(Key);

        var result = await ReadAsync(node, policy);

        Assert.Equal((1, CacheLevel.Redis), (result.Value, result.Level));
        Assert.False(node.TryGet<int>(Key, out _));
    }

    [Fact]
    public async Task Redis_keeps_a_value_for_its_time_and_for_as_long_as_it_may_be_stale()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(30), StaleIfError = TimeSpan.FromMinutes(10), Jitter = 0.5, AuditRate = 0 };
        var node = await _nodes.AddAsync();
        await ReadAsync(node, policy);
        await _nodes.StoredAsync(Key);

        var left = await (await _nodes.RedisAsync()).KeyTimeToLiveAsync(_nodes.Stored(Key));

        Assert.InRange(left!.Value, TimeSpan.FromMinutes(24), TimeSpan.FromMinutes(40));
    }

    [Fact]
    public async Task A_value_in_redis_whose_time_is_up_is_not_read()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromSeconds(1), StaleIfError = TimeSpan.FromHours(1), Jitter = 0, EagerRefresh = 1, AuditRate = 0 };
        var node = await _nodes.AddAsync();
        await ReadAsync(node, policy);
        await _nodes.StoredAsync(Key);

        var other = await _nodes.AddAsync(options => options.MemoryBytes = 1 << 20);

        await Eventually.HoldsAsync(async () => (await ReadAsync(other, policy)).Level == CacheLevel.Source, "its second is over");
        Assert.Equal(2, _loads);
    }

    [Fact]
    public async Task Values_stored_together_do_not_end_together()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromSeconds(100), MemoryTtl = TimeSpan.FromSeconds(100), Jitter = 0.5, AuditRate = 0 };
        var node = await _nodes.AddAloneAsync(_clock);

        var ends = new List<TimeSpan>();
        for (var i = 0; i < 200; i++)
        {
            ends.Add((await node.ReadAsync(new CacheKey($"book:{i}"), 0, (_, _) => new ValueTask<int>(1), policy, Token)).Ttl);
        }

        Assert.All(ends, end => Assert.InRange(end, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(100)));
        Assert.True(ends.Max() - ends.Min() > TimeSpan.FromSeconds(30), $"from {ends.Min()} to {ends.Max()}");
    }

    private ValueTask<CacheResult<int>> ReadAsync(CacheManager node, CachePolicy policy) =>
        node.ReadAsync(Key, 0, (_, _) => new ValueTask<int>(Interlocked.Increment(ref _loads)), policy, Token);
}

using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>Memory holds what it may and no more, whatever is read; and says what it holds.</summary>
public sealed class MemoryBoundTests(Stack stack) : IAsyncDisposable
{
    private static readonly CachePolicy Floored = new() { Family = "floored", Ttl = TimeSpan.FromHours(1), MemoryTtl = TimeSpan.FromHours(1), MemoryFloor = 256 << 10, AuditRate = 0 };
    private static readonly CachePolicy Flood = new() { Family = "flood", Ttl = TimeSpan.FromHours(1), MemoryTtl = TimeSpan.FromHours(1), AuditRate = 0 };

    private readonly CacheNodes _nodes = new(stack);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task A_flood_of_one_family_stays_in_bounds_and_leaves_another_its_floor()
    {
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAloneAsync(new ManualClock(), options => options.MemoryBytes = 1 << 20, meter);
        for (var i = 0; i < 50; i++)
        {
            await ReadAsync(node, Floored, $"floored:{i}", 4096);
        }

        for (var i = 0; i < 5_000; i++)
        {
            await ReadAsync(node, Flood, $"flood:{i}", 1024);
        }

        Assert.InRange(count("l1_bytes"), 1 << 19, 1 << 20);
        Assert.True(count("l1_evictions_total") > 3_000);
        Assert.All(Enumerable.Range(0, 50), i => Assert.True(node.TryGet<byte[]>(new CacheKey($"floored:{i}"), out _)));
        var families = node.GetStatistics();
        Assert.Equal(count("l1_bytes"), families.Sum(family => family.Bytes));
        Assert.Equal(50, families.Single(family => family.Family == "floored").Entries);
    }

    [Fact]
    public async Task Floors_of_more_than_half_of_the_memory_are_refused_at_the_start() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _nodes.AddAsync(options =>
        {
            options.MemoryBytes = 1 << 20;
            options.Policies.Add(new CachePolicy { Family = "greedy", Ttl = TimeSpan.FromHours(1), MemoryFloor = (1 << 19) + 1 });
        }));

    [Fact]
    public async Task What_has_ended_is_given_back_without_being_read()
    {
        var clock = new ManualClock();
        var node = await _nodes.AddAloneAsync(clock);
        await ReadAsync(node, Flood, "flood:1", 1024);

        clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(0, node.GetStatistics().Single().Entries);
    }

    [Fact]
    public async Task Statistics_tell_hits_by_level_and_misses()
    {
        var node = await _nodes.AddAsync(options => options.Policies.Add(Floored));
        await ReadAsync(node, Flood, "flood:1", 10);
        await ReadAsync(node, Flood, "flood:1", 10);
        await ReadAsync(node, Flood, "flood:1", 10);
        await _nodes.StoredAsync(new CacheKey("flood:1"));
        var other = await _nodes.AddAsync();
        await ReadAsync(other, Flood, "flood:1", 10);

        // A family that is known from the start is there from the start.
        Assert.Equal(["flood", "floored"], node.GetStatistics().Select(family => family.Family));
        var flood = node.GetStatistics()[0];
        Assert.Equal((2, 0, 1, 1), (flood.MemoryHits, flood.RedisHits, flood.Misses, flood.Entries));
        var fromRedis = Assert.Single(other.GetStatistics());
        Assert.Equal((0, 1, 0), (fromRedis.MemoryHits, fromRedis.RedisHits, fromRedis.Misses));
    }

    private static ValueTask<byte[]> ReadAsync(CacheManager node, CachePolicy policy, string key, int bytes) =>
        node.GetOrCreateAsync(new CacheKey(key), _ => new ValueTask<byte[]>(new byte[bytes]), policy, Token);
}

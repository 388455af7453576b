using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>Where the policy says so, one node loads and the others wait for what it stores; none waits for one that died.</summary>
public sealed class ClusterLoadTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = new("categories");
    private static readonly CachePolicy Categories = new()
    {
        Family = "categories", Ttl = TimeSpan.FromMinutes(30), SingleLoadInCluster = true, Jitter = 0, AuditRate = 0,
    };

    private readonly CacheNodes _nodes = new(stack);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task The_others_wait_for_what_one_node_loads()
    {
        var node = await _nodes.AddAsync();
        var other = await _nodes.AddAsync();
        var load = new HeldLoad<string>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Categories, Token);
        await load.BegunAsync();
        var loads = 0;
        var waiting = other.ReadAsync(Key, 0, (_, _) => new ValueTask<string>($"own {++loads}"), Categories, Token);
        await Eventually.HoldsAsync(() => Task.FromResult(other.GetStatistics().Single().Misses == 1), "the other node wants it");

        load.End("value");

        Assert.Equal("value", await reader);
        var result = await waiting;
        Assert.Equal(("value", CacheLevel.Redis, 0), (result.Value, result.Level, loads));
    }

    [Fact]
    public async Task Ten_nodes_are_one_load()
    {
        var loads = 0;
        var nodes = new List<CacheManager>();
        for (var i = 0; i < 10; i++)
        {
            nodes.Add(await _nodes.AddAsync());
        }

        var values = await Task.WhenAll(nodes.Select(node => node.GetOrCreateAsync(Key, _ => new ValueTask<int>(Interlocked.Increment(ref loads)), Categories, Token).AsTask()));

        Assert.All(values, value => Assert.Equal(1, value));
    }

    [Fact]
    public async Task A_holder_that_died_costs_the_others_its_second()
    {
        var node = await _nodes.AddAsync();
        var redis = await _nodes.RedisAsync();
        await redis.StringSetAsync(_nodes.Lease(Key), "of a process that is no more", TimeSpan.FromHours(1));

        Assert.Equal("own", await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("own"), Categories, Token));
        await _nodes.StoredAsync(Key);
        Assert.Equal("of a process that is no more", await redis.StringGetAsync(_nodes.Lease(Key)));
    }

    [Fact]
    public async Task A_lease_ends_by_itself()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Categories, Token);
        await load.BegunAsync();

        Assert.InRange((await (await _nodes.RedisAsync()).KeyTimeToLiveAsync(_nodes.Lease(Key)))!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        load.End("value");
        await reader;
    }

    public static TheoryData<string> Ends => ["stored", "failed", "none", "too large", "refused"];

    [Theory, MemberData(nameof(Ends))]
    public async Task A_lease_is_given_back_however_the_load_ends(string end)
    {
        var node = await _nodes.AddAsync(options => options.MaxValueBytes = 1024);
        var load = new HeldLoad<string?>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Categories, Token).AsTask();
        await load.BegunAsync();
        var redis = await _nodes.RedisAsync();
        // Longer than the test, so that it can only go by being given back.
        Assert.True(await redis.KeyExpireAsync(_nodes.Lease(Key), TimeSpan.FromHours(1)));

        if (end == "failed")
        {
            load.Fail(new InvalidOperationException());
            await Assert.ThrowsAsync<InvalidOperationException>(() => reader);
        }
        else
        {
            if (end == "refused")
            {
                await node.InvalidateAsync([Key], []);
            }

            load.End(end switch { "none" => null, "too large" => new string('x', 2000), _ => "value" });
            await reader;
        }

        await Eventually.HoldsAsync(async () => !await redis.KeyExistsAsync(_nodes.Lease(Key)), "the lease is given back");
    }

    [Fact]
    public async Task A_lease_that_another_has_by_now_is_not_given_back()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Categories, Token).AsTask();
        await load.BegunAsync();
        var redis = await _nodes.RedisAsync();
        await redis.StringSetAsync(_nodes.Lease(Key), "another's", TimeSpan.FromHours(1));

        load.End("value");
        await reader;
        await _nodes.StoredAsync(Key);

        Assert.Equal("another's", await redis.StringGetAsync(_nodes.Lease(Key)));
    }

    [Fact]
    public async Task What_the_holder_stored_is_not_taken_when_it_was_invalidated_meanwhile()
    {
        var node = await _nodes.AddAsync();
        var other = await _nodes.AddAsync();
        var load = new HeldLoad<string>();
        var early = node.GetOrCreateAsync(Key, load.RunAsync, Categories, Token);
        await load.BegunAsync();

        await other.InvalidateAsync([Key], []);
        var late = other.GetOrCreateAsync(Key, _ => new ValueTask<string>("new"), Categories, Token);
        await Eventually.HoldsAsync(() => Task.FromResult(other.GetStatistics().Single().Misses == 1), "the other node wants it");
        load.End("old");

        Assert.Equal("old", await early);
        Assert.Equal("new", await late);
    }
}

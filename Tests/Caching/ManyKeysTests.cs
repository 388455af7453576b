using System.Globalization;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>Many keys at once are one command to Redis and one load, and keep every promise that one key has.</summary>
public sealed class ManyKeysTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey[] Keys = [.. Enumerable.Range(0, 20).Select(i => new CacheKey($"book:{i}"))];
    private static readonly CachePolicy Book = new()
    {
        Family = "book", Ttl = TimeSpan.FromMinutes(30), Jitter = 0, AuditRate = 0, Tags = static (_, value) => [new CacheTag($"author:{value}")],
    };

    private readonly CacheNodes _nodes = new(stack);
    private readonly List<IReadOnlyList<CacheKey>> _loads = [];

    public static TheoryData<Invalidation> All => [.. Enum.GetValues<Invalidation>()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task All_that_are_missing_are_one_load()
    {
        var node = await _nodes.AddAsync();
        await node.GetOrCreateAsync(Keys[3], _ => new ValueTask<string?>("had"), Book, Token);

        var values = await node.GetOrCreateManyAsync([.. Keys, .. Keys], LoadAsync, Book, Token);

        Assert.Equal(Keys.Where(key => key != Keys[3]), Assert.Single(_loads));
        Assert.Equal(Keys.Order(ByName), values.Keys.Order(ByName));
        Assert.Equal("had", values[Keys[3]]);
        Assert.Equal("v", values[Keys[4]]);
    }

    [Fact]
    public async Task Each_value_is_kept_by_itself_in_both_levels()
    {
        var node = await _nodes.AddAsync();
        await node.GetOrCreateManyAsync(Keys, LoadAsync, Book, Token);
        foreach (var key in Keys)
        {
            await _nodes.StoredAsync(key);
            Assert.True(node.TryGet<string>(key, out _));
        }

        var other = await _nodes.AddAsync();
        Assert.Equal("v", await other.GetOrCreateAsync(Keys[7], _ => new ValueTask<string?>("w"), Book, Token));
        await other.GetOrCreateManyAsync(Keys, LoadAsync, Book, Token);
        Assert.Single(_loads);
    }

    [Fact]
    public async Task Redis_is_asked_by_one_command()
    {
        // A server counts the commands of all its clients, so this one has no others.
        await using var redis = await RedisServer.StartNewAsync();
        await using var node = await ConnectAsync();
        await node.GetOrCreateManyAsync(Keys, LoadAsync, Book, Token);
        var values = await redis.DatabaseAsync();
        await Eventually.HoldsAsync(() => values.KeyExistsAsync($"many:v:{Keys[^1]}"), "Redis has the last of them");
        await using var other = await ConnectAsync();
        var before = await CallsAsync();

        await other.GetOrCreateManyAsync(Keys, LoadAsync, Book, Token);

        Assert.Equal(before + 1, await CallsAsync());
        Assert.Single(_loads);

        Task<CacheManager> ConnectAsync() =>
            CacheManager.ConnectAsync(redis.Address, new CacheOptions { Namespace = "many", RedisBudget = TimeSpan.FromSeconds(5) }, cancellationToken: Token);

        async Task<long> CallsAsync()
        {
            var line = (await redis.ExecuteAsync("INFO", "commandstats")).ToString().Split('\n').FirstOrDefault(line => line.StartsWith("cmdstat_mget:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split('=', ',')[1], CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task A_key_that_is_being_loaded_is_waited_for_and_not_loaded_again()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string?>();
        var single = node.GetOrCreateAsync(Keys[0], load.RunAsync, Book, Token).AsTask();
        await load.BegunAsync();

        var many = node.GetOrCreateManyAsync(Keys, LoadAsync, Book, Token).AsTask();
        await Eventually.HoldsAsync(() => Task.FromResult(_loads.Count == 1), "the others are loaded");
        load.End("single");

        Assert.Equal("single", await single);
        Assert.Equal("single", (await many)[Keys[0]]);
        Assert.Equal(Keys[1..], _loads[0]);
    }

    [Fact]
    public async Task A_reader_of_one_key_waits_for_the_load_of_many()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<IReadOnlyDictionary<CacheKey, string?>>();
        var many = node.GetOrCreateManyAsync(Keys, (_, token) => load.RunAsync(token), Book, Token).AsTask();
        await load.BegunAsync();

        var single = node.GetOrCreateAsync(Keys[0], _ => new ValueTask<string?>("single"), Book, Token).AsTask();
        await Eventually.HoldsAsync(() => Task.FromResult(node.GetStatistics().Single().Misses >= 2), "the reader waits");
        load.End(Keys.ToDictionary(key => key, _ => (string?)"many"));

        Assert.Equal("many", await single);
        await many;
    }

    [Fact]
    public async Task A_key_that_the_load_leaves_out_has_no_value()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(30), NegativeTtl = TimeSpan.FromMinutes(1), AuditRate = 0 };
        foreach (var (one, loads) in new[] { (Book, 2), (policy, 1) })
        {
            _loads.Clear();
            var node = await _nodes.AddAsync();
            CacheKey[] keys = [new CacheKey($"here:{loads}"), new CacheKey($"gone:{loads}")];

            for (var i = 0; i < 2; i++)
            {
                var values = await node.GetOrCreateManyAsync(keys, LoadAsync, one, Token);
                Assert.Equal(("v", null), (values[keys[0]], values[keys[1]]));
            }

            Assert.Equal(loads, _loads.Count);
        }
    }

    [Fact]
    public async Task What_the_load_throws_reaches_all_and_is_not_cached()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<IReadOnlyDictionary<CacheKey, string?>>();
        var many = node.GetOrCreateManyAsync(Keys, (_, token) => load.RunAsync(token), Book, Token).AsTask();
        await load.BegunAsync();
        var single = node.GetOrCreateAsync(Keys[5], _ => new ValueTask<string?>("single"), Book, Token).AsTask();
        await Eventually.HoldsAsync(() => Task.FromResult(node.GetStatistics().Single().Misses >= 2), "the reader waits");

        load.Fail(new InvalidOperationException());

        await Assert.ThrowsAsync<InvalidOperationException>(() => many);
        await Assert.ThrowsAsync<InvalidOperationException>(() => single);
        Assert.Equal("v", (await node.GetOrCreateManyAsync(Keys, LoadAsync, Book, Token))[Keys[5]]);
    }

    [Fact]
    public async Task Values_whose_time_is_up_are_served_when_the_load_fails_and_the_others_fail()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(1), StaleIfError = TimeSpan.FromHours(1), Jitter = 0, AuditRate = 0 };
        var clock = new ManualClock();
        var node = await _nodes.AddAloneAsync(clock);
        await node.GetOrCreateManyAsync(Keys[..5], LoadAsync, policy, Token);
        clock.Advance(TimeSpan.FromMinutes(2));

        var stale = await node.GetOrCreateManyAsync(Keys[..5], FailAsync, policy, Token);
        Assert.All(stale.Values, value => Assert.Equal("v", value));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await node.GetOrCreateManyAsync(Keys[..6], FailAsync, policy, Token));

        // And are not served for ever after: the next try is a load of all.
        clock.Advance(TimeSpan.FromSeconds(1));
        _loads.Clear();
        await node.GetOrCreateManyAsync(Keys[..5], LoadAsync, policy, Token);
        Assert.Equal(5, Assert.Single(_loads).Count);
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_load_from_before_an_invalidation_is_neither_kept_nor_joined(Invalidation invalidation)
    {
        var node = await _nodes.AddAsync();
        CacheKey[] keys = [Invalidations.Key, new("book:2")];
        var load = new HeldLoad<IReadOnlyDictionary<CacheKey, string?>>();
        var early = node.GetOrCreateManyAsync(keys, (_, token) => load.RunAsync(token), Book, Token).AsTask();
        await load.BegunAsync();

        await invalidation.ApplyAsync(node);
        var late = node.GetOrCreateManyAsync([Invalidations.Key], (missing, _) => AllAsync(missing, "new"), Book, Token).AsTask();
        await Eventually.HoldsAsync(() => Task.FromResult(node.GetStatistics().Single().Misses >= 2), "the late reader waits");
        load.End(keys.ToDictionary(key => key, _ => (string?)"old"));

        Assert.Equal("old", (await early)[Invalidations.Key]);
        Assert.Equal("new", (await late)[Invalidations.Key]);
        Assert.True(node.TryGet<string>(Invalidations.Key, out var kept));
        Assert.Equal("new", kept.Value);
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_only_its_own_wait()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<IReadOnlyDictionary<CacheKey, string?>>();
        using var left = new CancellationTokenSource();
        var many = node.GetOrCreateManyAsync(Keys, (_, token) => load.RunAsync(token), Book, left.Token).AsTask();
        await load.BegunAsync();

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many);
        load.End(Keys.ToDictionary(key => key, _ => (string?)"v"));
        await Eventually.HoldsAsync(() => Task.FromResult(Keys.All(key => node.TryGet<string>(key, out _))), "the values are kept");
    }

    [Fact]
    public async Task Keys_that_cannot_be_cached_are_loaded_each_time()
    {
        var node = await _nodes.AddAsync();
        CacheKey[] keys = [new("book:1"), new("line\nbreak"), new(new string('x', 513))];

        for (var i = 0; i < 2; i++)
        {
            var values = await node.GetOrCreateManyAsync(keys, LoadAsync, Book, Token);
            Assert.All(keys, key => Assert.Equal("v", values[key]));
        }

        Assert.Equal([keys[1..], keys[..1], keys[1..]], _loads);
    }

    [Fact]
    public async Task No_keys_are_no_load()
    {
        Assert.Empty(await (await _nodes.AddAsync()).GetOrCreateManyAsync([], LoadAsync, Book, Token));
        Assert.Empty(_loads);
    }

    private static Comparer<CacheKey> ByName { get; } = Comparer<CacheKey>.Create((one, other) => string.CompareOrdinal(one.Value, other.Value));

    private static ValueTask<IReadOnlyDictionary<CacheKey, string?>> AllAsync(IReadOnlyList<CacheKey> keys, string value) =>
        new(keys.Where(key => !key.Value.StartsWith("gone", StringComparison.Ordinal)).ToDictionary(key => key, _ => (string?)value));

    private static ValueTask<IReadOnlyDictionary<CacheKey, string?>> FailAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{keys.Count} keys cannot be loaded");

    private ValueTask<IReadOnlyDictionary<CacheKey, string?>> LoadAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken)
    {
        _loads.Add(keys);
        return AllAsync(keys, "v");
    }
}

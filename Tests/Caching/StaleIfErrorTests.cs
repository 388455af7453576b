using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>A value whose time is up is served when its load fails, for as long as the policy allows and unless it was invalidated.</summary>
public sealed class StaleIfErrorTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = Invalidations.Key;
    private static readonly CachePolicy Book = new()
    {
        Family = "book", Ttl = TimeSpan.FromSeconds(30), StaleIfError = TimeSpan.FromMinutes(10), Jitter = 0, EagerRefresh = 1, AuditRate = 0,
        Tags = static (_, value) => [new CacheTag($"author:{value}")],
    };

    private readonly CacheNodes _nodes = new(stack);
    private readonly ManualClock _clock = new();

    public static TheoryData<Invalidation> All => [.. Enum.GetValues<Invalidation>()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task A_value_is_served_stale_and_says_so()
    {
        var (meter, count) = _nodes.Metered();
        var node = await FilledAsync(meter);
        _clock.Advance(TimeSpan.FromMinutes(1));

        var first = await FailAsync(node);
        var second = await FailAsync(node);

        var stale = new CacheResult<string>("old", CacheLevel.Memory, TimeSpan.FromMinutes(1), TimeSpan.Zero, true);
        Assert.Equal((stale, stale), (first, second));
        Assert.Equal((2, 1), (count("stale_served_total"), count("errors_total:load_failed")));
    }

    [Fact]
    public async Task While_a_value_is_stale_nobody_waits_for_the_next_try()
    {
        var node = await FilledAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await FailAsync(node);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var load = new HeldLoad<string>();

        var meanwhile = await node.ReadAsync(Key, 0, (_, token) => load.RunAsync(token), Book, Token);
        await load.BegunAsync();
        load.End("new");

        Assert.True(meanwhile.IsStale);
        await Eventually.HoldsAsync(() => Task.FromResult(node.TryGet<string>(Key, out var result) && result.Value == "new"), "the new value is there");
    }

    [Fact]
    public async Task A_load_that_failed_is_not_tried_again_within_a_second()
    {
        var node = await FilledAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await FailAsync(node);
        var load = new HeldLoad<string>();

        _clock.Advance(TimeSpan.FromSeconds(0.9));
        for (var i = 0; i < 100; i++)
        {
            Assert.True((await node.ReadAsync(Key, 0, (_, token) => load.RunAsync(token), Book, Token)).IsStale);
        }

        Assert.Equal(0, load.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_ends_with_the_bound_however_often_it_was_served(bool isServedBefore)
    {
        var node = await FilledAsync();
        _clock.Advance(TimeSpan.FromSeconds(629));
        if (isServedBefore)
        {
            Assert.True((await FailAsync(node)).IsStale);
        }

        _clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await FailAsync(node));
    }

    [Fact]
    public async Task Without_a_bound_a_failure_is_a_failure()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(30), MemoryTtl = TimeSpan.FromSeconds(30), Jitter = 0, AuditRate = 0 };
        var node = await _nodes.AddAloneAsync(_clock);
        await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("old"), policy, Token);
        await Eventually.HoldsAsync(() => Task.FromResult(node.TryGet<string>(Key, out _)), "the value is kept");
        _clock.Advance(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await node.GetOrCreateAsync<string>(Key, _ => throw new InvalidOperationException(), policy, Token));
    }

    [Theory, MemberData(nameof(All))]
    public async Task What_was_invalidated_is_not_served_stale(Invalidation invalidation)
    {
        var node = await FilledAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await invalidation.ApplyAsync(node);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await FailAsync(node));
    }

    [Theory, MemberData(nameof(All))]
    public async Task What_was_invalidated_while_it_was_served_stale_is_served_no_more(Invalidation invalidation)
    {
        var node = await FilledAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await FailAsync(node)).IsStale);
        await invalidation.ApplyAsync(node);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await FailAsync(node));
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_load_that_fails_after_an_invalidation_brings_nothing_back(Invalidation invalidation)
    {
        var node = await FilledAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        var load = new HeldLoad<string>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Book, Token).AsTask();
        await load.BegunAsync();

        await invalidation.ApplyAsync(node);
        load.Fail(new InvalidOperationException());

        await Assert.ThrowsAsync<InvalidOperationException>(() => reader);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await FailAsync(node));
    }

    [Fact]
    public async Task A_load_that_fails_late_leaves_a_newer_value_fresh()
    {
        var node = await FilledAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        var load = new HeldLoad<string>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Book, Token).AsTask();
        await load.BegunAsync();
        await node.InvalidateAsync([Key], []);
        await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("new"), Book, Token);

        load.Fail(new InvalidOperationException());
        await reader;

        Assert.True(node.TryGet<string>(Key, out var kept));
        Assert.Equal(("new", TimeSpan.FromSeconds(30)), (kept.Value, kept.Ttl));
    }

    [Fact]
    public async Task A_node_that_never_had_the_value_serves_it_stale_from_redis_and_then_from_memory()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromSeconds(1), StaleIfError = TimeSpan.FromMinutes(10), Jitter = 0, AuditRate = 0 };
        var writing = await _nodes.AddAsync();
        await writing.GetOrCreateAsync(Key, _ => new ValueTask<string>("old"), policy, Token);
        await _nodes.StoredAsync(Key);
        await Eventually.HoldsAsync(() => Task.FromResult(!writing.TryGet<string>(Key, out _)), "its second is over");
        var node = await _nodes.AddAsync();

        var first = await FailAsync(node, policy);
        var second = await FailAsync(node, policy);

        Assert.Equal(("old", true, CacheLevel.Redis), (first.Value, first.IsStale, first.Level));
        Assert.Equal(("old", true, CacheLevel.Memory), (second.Value, second.IsStale, second.Level));
    }

    [Fact]
    public async Task A_value_that_is_invalidated_elsewhere_is_not_served_stale_from_redis()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromSeconds(1), StaleIfError = TimeSpan.FromMinutes(10), Jitter = 0, AuditRate = 0, Tags = Book.Tags };
        var writing = await _nodes.AddAsync();
        await writing.GetOrCreateAsync(Key, _ => new ValueTask<string>("old"), policy, Token);
        await _nodes.StoredAsync(Key);
        await Eventually.HoldsAsync(() => Task.FromResult(!writing.TryGet<string>(Key, out _)), "its second is over");

        await writing.InvalidateAsync([], [new CacheTag("author:old")]);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await FailAsync(await _nodes.AddAsync(), policy));
    }

    private static ValueTask<CacheResult<string>> FailAsync(CacheManager node, CachePolicy? policy = null) =>
        node.ReadAsync<int, string>(Key, 0, (_, _) => throw new InvalidOperationException(), policy ?? Book, Token);

    private async Task<CacheManager> FilledAsync(System.Diagnostics.Metrics.Meter? meter = null)
    {
        var node = await _nodes.AddAloneAsync(_clock, meter: meter);
        await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("old"), Book, Token);
        return node;
    }
}

using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>"There is none" is a value only where the policy says so; an empty value always is one.</summary>
public sealed class EmptyValueTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = new("book:1");
    private static readonly CachePolicy Positive = new() { Family = "book", Ttl = TimeSpan.FromMinutes(30), Jitter = 0, AuditRate = 0 };
    private static readonly CachePolicy Negative = new()
    {
        Family = "book", Ttl = TimeSpan.FromMinutes(30), NegativeTtl = TimeSpan.FromSeconds(30), Jitter = 0, EagerRefresh = 1, AuditRate = 0,
    };

    private readonly CacheNodes _nodes = new(stack);
    private int _loads;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task Null_is_not_kept_unless_the_policy_says_so()
    {
        var node = await _nodes.AddAsync();

        Assert.Null(await node.GetOrCreateAsync(Key, NoneAsync, Positive, Token));
        Assert.Null(await node.GetOrCreateAsync(Key, NoneAsync, Positive, Token));

        Assert.Equal(2, _loads);
        Assert.False(await (await _nodes.RedisAsync()).KeyExistsAsync(_nodes.Stored(Key)));
    }

    [Fact]
    public async Task Null_is_kept_in_both_levels_for_its_own_time()
    {
        var node = await _nodes.AddAsync();

        Assert.Null(await node.GetOrCreateAsync(Key, NoneAsync, Negative, Token));
        var fromMemory = await node.ReadAsync(Key, 0, (_, token) => NoneAsync(token), Negative, Token);
        await _nodes.StoredAsync(Key);
        var fromRedis = await (await _nodes.AddAsync()).ReadAsync(Key, 0, (_, token) => NoneAsync(token), Negative, Token);

        Assert.Equal((null, CacheLevel.Memory), (fromMemory.Value, fromMemory.Level));
        Assert.Equal((null, CacheLevel.Redis), (fromRedis.Value, fromRedis.Level));
        Assert.Equal(1, _loads);
        Assert.InRange(await (await _nodes.RedisAsync()).KeyTimeToLiveAsync(_nodes.Stored(Key)) ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Null_is_loaded_again_when_its_time_is_up()
    {
        var clock = new ManualClock();
        var node = await _nodes.AddAloneAsync(clock);
        await node.GetOrCreateAsync(Key, NoneAsync, Negative, Token);

        clock.Advance(TimeSpan.FromSeconds(29));
        await node.GetOrCreateAsync(Key, NoneAsync, Negative, Token);
        Assert.Equal(1, _loads);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("here", await node.GetOrCreateAsync(Key, _ => new ValueTask<string?>("here"), Negative, Token));
    }

    [Fact]
    public async Task Null_is_no_answer_to_who_asks_for_a_number()
    {
        var node = await _nodes.AddAsync();
        await node.GetOrCreateAsync(Key, NoneAsync, Negative, Token);

        Assert.Equal(7, await node.GetOrCreateAsync(Key, _ => new ValueTask<int>(7), Negative, Token));
    }

    [Fact]
    public async Task Empty_text_and_lists_are_values()
    {
        var node = await _nodes.AddAsync();
        var (text, list) = (new CacheKey("text"), new CacheKey("list"));
        Assert.Empty(await node.GetOrCreateAsync(text, _ => new ValueTask<string>(""), Positive, Token));
        Assert.Empty(await node.GetOrCreateAsync(list, _ => new ValueTask<int[]>([]), Positive, Token));
        await _nodes.StoredAsync(text);
        await _nodes.StoredAsync(list);

        foreach (var one in (CacheManager[])[node, await _nodes.AddAsync()])
        {
            Assert.Empty(await one.GetOrCreateAsync(text, _ => new ValueTask<string>("loaded"), Positive, Token));
            Assert.Empty(await one.GetOrCreateAsync(list, _ => new ValueTask<int[]>([1]), Positive, Token));
        }
    }

    [Fact]
    public async Task What_was_there_does_not_come_back_once_there_is_none()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(1), StaleIfError = TimeSpan.FromHours(1), Jitter = 0, AuditRate = 0 };
        var clock = new ManualClock();
        var node = await _nodes.AddAloneAsync(clock);
        await node.GetOrCreateAsync(Key, _ => new ValueTask<string?>("was there"), policy, Token);
        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Null(await node.GetOrCreateAsync(Key, NoneAsync, policy, Token));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await node.GetOrCreateAsync<string?>(Key, _ => throw new InvalidOperationException(), policy, Token));
    }

    private ValueTask<string?> NoneAsync(CancellationToken cancellationToken)
    {
        _loads++;
        return new ValueTask<string?>((string?)null);
    }
}

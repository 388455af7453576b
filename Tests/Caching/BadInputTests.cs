using System.Text.RegularExpressions;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>Whatever is handed to the cache, or lies in Redis, the reader gets the value; what was wrong is counted.</summary>
public sealed class BadInputTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = new("book:1");
    private static readonly CachePolicy Book = new() { Family = "book", Ttl = TimeSpan.FromMinutes(30), Jitter = 0, AuditRate = 0 };

    private readonly CacheNodes _nodes = new(stack);
    private int _loads;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    public static TheoryData<string?, string> BadKeys => new()
    {
        { null, "invalid_key" },
        { "", "invalid_key" },
        { "line\nbreak", "invalid_key" },
        // Escaped, because half a character does not survive on its way from a test runner.
        { @"half a pair \ud83d", "invalid_key" },
        { @"half a pair \ude00 x", "invalid_key" },
        { new string('x', 513), "key_too_long" },
        { new string('é', 257), "key_too_long" },
    };

    [Theory, MemberData(nameof(BadKeys))]
    public async Task A_bad_key_is_loaded_each_time(string? escaped, string reason)
    {
        var key = new CacheKey(escaped is null ? null! : Regex.Unescape(escaped));
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync(meter: meter);

        Assert.Equal("v1", await ReadAsync(node, key));
        Assert.Equal("v2", await ReadAsync(node, key));

        Assert.Equal(2, count($"errors_total:{reason}"));
        Assert.False(node.TryGet<string>(key, out _));
    }

    [Theory]
    [InlineData("a b:c'\"{}[]%")]
    [InlineData("κλειδί:😀")]
    [InlineData("ends with a pair 😀")]
    public async Task A_key_may_be_any_text(string text)
    {
        var node = await _nodes.AddAsync();
        var other = await _nodes.AddAsync();
        var key = new CacheKey(text);
        Assert.Equal("v1", await ReadAsync(node, key));
        await _nodes.StoredAsync(key);
        Assert.Equal("v1", await ReadAsync(other, key));

        await node.InvalidateAsync([key], []);

        await Eventually.HoldsAsync(() => Task.FromResult(!other.TryGet<string>(key, out _)), "the other node has heard");
    }

    [Fact]
    public async Task A_key_of_512_bytes_is_cached()
    {
        var node = await _nodes.AddAsync();
        var key = new CacheKey(new string('é', 256));

        Assert.Equal("v1", await ReadAsync(node, key));
        Assert.Equal("v1", await ReadAsync(node, key));
    }

    public static TheoryData<string> BadPolicies => ["family", "ttl", "memory", "negative", "stale", "jitter", "refresh", "timeout", "audit", "floor"];

    [Theory, MemberData(nameof(BadPolicies))]
    public async Task A_bad_policy_is_refused_at_the_start_and_loads_each_time_later(string what)
    {
        var (minute, less) = (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(-1));
        var policy = what switch
        {
            "family" => new CachePolicy { Family = "Book!", Ttl = minute },
            "ttl" => new CachePolicy { Family = "book", Ttl = less },
            "memory" => new CachePolicy { Family = "book", Ttl = minute, MemoryTtl = less },
            "negative" => new CachePolicy { Family = "book", Ttl = minute, NegativeTtl = less },
            "stale" => new CachePolicy { Family = "book", Ttl = minute, StaleIfError = less },
            "jitter" => new CachePolicy { Family = "book", Ttl = minute, Jitter = double.NaN },
            "refresh" => new CachePolicy { Family = "book", Ttl = minute, EagerRefresh = 2 },
            "timeout" => new CachePolicy { Family = "book", Ttl = minute, LoadTimeout = TimeSpan.Zero },
            "audit" => new CachePolicy { Family = "book", Ttl = minute, AuditRate = -1 },
            _ => new CachePolicy { Family = "book", Ttl = minute, MemoryFloor = -1 },
        };
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync(meter: meter);

        Assert.Equal("v1", await ReadAsync(node, Key, policy));
        Assert.Equal("v2", await ReadAsync(node, Key, policy));
        Assert.Equal("many", (await node.GetOrCreateManyAsync([Key], (_, _) => new ValueTask<IReadOnlyDictionary<CacheKey, string>>(new Dictionary<CacheKey, string> { [Key] = "many" }), policy, Token))[Key]);
        Assert.Equal(3, count("errors_total:invalid_policy"));

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => _nodes.AddAsync(options => options.Policies.Add(policy)));
        Assert.Contains(policy.Family, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_is_too_large_is_not_stored_in_redis()
    {
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync(options => options.MaxValueBytes = 1024, meter);

        Assert.Equal(2000, (await node.GetOrCreateAsync(Key, _ => new ValueTask<byte[]>(new byte[2000]), Book, Token)).Length);

        await Eventually.HoldsAsync(() => Task.FromResult(count("errors_total:value_too_large") == 1), "it is counted");
        Assert.False(await (await _nodes.RedisAsync()).KeyExistsAsync(_nodes.Stored(Key)));
    }

    [Fact]
    public async Task A_value_with_more_tags_than_are_kept_is_loaded_each_time()
    {
        var policy = new CachePolicy
        {
            Family = "book", Ttl = TimeSpan.FromMinutes(30), AuditRate = 0,
            Tags = static (_, _) => Enumerable.Range(0, CachePolicy.MaxTags + 10).Select(i => new CacheTag($"author:{i}")),
        };
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync(meter: meter);

        Assert.Equal("v1", await ReadAsync(node, Key, policy));
        Assert.Equal("v2", await ReadAsync(node, Key, policy));
        Assert.Equal(2, count("errors_total:too_many_tags"));
    }

    // The last of them counts like the first.
    [Fact]
    public async Task All_of_a_thousand_tags_are_kept()
    {
        var policy = new CachePolicy
        {
            Family = "book", Ttl = TimeSpan.FromMinutes(30), AuditRate = 0, Tags = static (_, _) => Enumerable.Range(0, 1000).Select(i => new CacheTag($"author:{i}")),
        };
        var node = await _nodes.AddAsync();
        Assert.Equal("v1", await ReadAsync(node, Key, policy));
        await _nodes.StoredAsync(Key);

        await node.InvalidateAsync([], [new CacheTag("author:999")]);

        Assert.Equal("v2", await ReadAsync(node, Key, policy));
    }

    public static TheoryData<string> Unwritable => ["cycle", "delegate", "stream", "derived"];

    [Theory, MemberData(nameof(Unwritable))]
    public async Task A_value_that_cannot_be_written_is_kept_in_memory_only(string what)
    {
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync(meter: meter);
        switch (what)
        {
            case "cycle":
                var ring = new Ring();
                ring.Next = ring;
                Assert.Same(ring, await node.GetOrCreateAsync(Key, _ => new ValueTask<Ring>(ring), Book, Token));
                Assert.True(node.TryGet<Ring>(Key, out _));
                break;
            case "delegate":
                await node.GetOrCreateAsync<Func<int>>(Key, _ => new ValueTask<Func<int>>(() => 1), Book, Token);
                break;
            case "stream":
                await node.GetOrCreateAsync(Key, _ => new ValueTask<Stream>(Stream.Null), Book, Token);
                break;
            default:
                await node.GetOrCreateAsync(Key, _ => new ValueTask<Ring>(new WideRing()), Book, Token);
                break;
        }

        await Eventually.HoldsAsync(() => Task.FromResult(count("errors_total:not_serializable") == 1), "it is counted");
        Assert.False(await (await _nodes.RedisAsync()).KeyExistsAsync(_nodes.Stored(Key)));
        Assert.Equal(0, count("errors_total:load_failed"));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("truncated")]
    [InlineData("flipped")]
    [InlineData("list")]
    public async Task Damaged_bytes_in_redis_are_a_miss_and_are_replaced(string damage)
    {
        var node = await _nodes.AddAsync();
        Assert.Equal("v1", await ReadAsync(node, Key));
        await _nodes.StoredAsync(Key);
        var redis = await _nodes.RedisAsync();
        var whole = (byte[])(await redis.StringGetAsync(_nodes.Stored(Key)))!;
        await redis.KeyDeleteAsync(_nodes.Stored(Key));
        await (damage switch
        {
            "garbage" => redis.StringSetAsync(_nodes.Stored(Key), "not an entry at all"),
            "truncated" => redis.StringSetAsync(_nodes.Stored(Key), whole[..^1]),
            "flipped" => redis.StringSetAsync(_nodes.Stored(Key), (byte[])[.. whole[..^1], (byte)(whole[^1] ^ 1)]),
            _ => redis.ListRightPushAsync(_nodes.Stored(Key), "of another type") as Task,
        });
        var (meter, count) = _nodes.Metered();

        Assert.Equal("v2", await ReadAsync(await _nodes.AddAsync(meter: meter), Key));

        // A list is noticed when it is replaced, which the reader does not wait for.
        await Eventually.HoldsAsync(() => Task.FromResult(count("errors_total:corrupt") == 1), "it is counted");
        await Eventually.HoldsAsync(async () => await ReadAsync(await _nodes.AddAsync(), Key) == "v2", "it is replaced");
    }

    // An older version of the service wrote it, or another part of it uses the key for something else.
    [Fact]
    public async Task A_value_of_another_type_is_a_miss_in_both_levels()
    {
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync();
        await node.GetOrCreateAsync(Key, _ => new ValueTask<Old>(new Old("Dune", 412)), Book, Token);
        await _nodes.StoredAsync(Key);

        var other = await _nodes.AddAsync(meter: meter);
        Assert.Equal(new New("Emma"), await other.GetOrCreateAsync(Key, _ => new ValueTask<New>(new New("Emma")), Book, Token));
        Assert.Equal(1, count("errors_total:other_version"));
        Assert.Equal("text", await other.GetOrCreateAsync(Key, _ => new ValueTask<string>("text"), Book, Token));
        Assert.Equal(3, await other.GetOrCreateAsync(Key, _ => new ValueTask<int>(3), Book, Token));
    }

    // A serializer that takes the type for none of its own must not stand between a reader and what is under the key.
    [Fact]
    public async Task A_type_that_nobody_can_write_is_read_past_what_another_stored()
    {
        var node = await _nodes.AddAsync();
        Assert.Equal("v1", await ReadAsync(node, Key));
        await _nodes.StoredAsync(Key);

        var value = await (await _nodes.AddAsync()).GetOrCreateAsync(Key, _ => new ValueTask<Clash>(new Clash { Title = "a" }), Book, Token);

        Assert.Equal("a", value.Title);
    }

    [Fact]
    public async Task Messages_that_no_node_sends_are_counted_and_change_nothing()
    {
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync(meter: meter);
        await ReadAsync(node, Key);
        var subscriber = (await _nodes.RedisAsync()).Multiplexer.GetSubscriber();
        string[] messages = ["", "x", "1 2 3", "a b i c", "1 1 ii x", "1 -1 i ", $"1 1 i {int.MaxValue}", "1 1 i x\ny"];
        foreach (var message in messages)
        {
            await subscriber.PublishAsync(_nodes.Channel, message);
        }

        await Eventually.HoldsAsync(() => Task.FromResult(count("errors_total:malformed_message") == messages.Length), "all are counted");
        Assert.True(node.IsAttached);
        Assert.True(node.TryGet<string>(Key, out _));
    }

    [Fact]
    public async Task Null_arguments_are_the_callers_mistake()
    {
        var node = await _nodes.AddAloneAsync(new ManualClock());

        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.GetOrCreateAsync<string>(Key, null!, Book, Token));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.GetOrCreateAsync(Key, _ => new ValueTask<string>(""), null!, Token));
    }

    private ValueTask<string> ReadAsync(CacheManager node, CacheKey key, CachePolicy? policy = null) =>
        node.GetOrCreateAsync(key, _ => new ValueTask<string>($"v{Interlocked.Increment(ref _loads)}"), policy ?? Book, Token);

    private sealed record Old(string Title, int Pages);

    private sealed record New(string Title);

    private sealed class Clash
    {
        public string Title { get; set; } = "";

        [System.Text.Json.Serialization.JsonPropertyName("title")]
        public string Other { get; set; } = "";
    }

    private class Ring
    {
        public Ring? Next { get; set; }
    }

    private sealed class WideRing : Ring
    {
        public int Width { get; set; }
    }
}

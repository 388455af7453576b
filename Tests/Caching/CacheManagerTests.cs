using Platform.Caching;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Caching;

/// <summary>What one process' cache promises its readers.</summary>
public sealed class CacheManagerTests(Stack stack)
{
    private static readonly CachePolicy Book = new() { Family = "book", Ttl = TimeSpan.FromMinutes(30), Jitter = 0, AuditRate = 0 };
    private readonly CacheOptions _options = new() { Namespace = $"test:{Guid.CreateVersion7()}" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_value_is_loaded_once_and_then_comes_from_memory()
    {
        await using var cache = await ConnectAsync();
        var loads = 0;

        var first = await cache.ReadAsync(new CacheKey("book:1"), 0, (_, _) => new ValueTask<string>($"v{++loads}"), Book, Token);
        var second = await cache.ReadAsync(new CacheKey("book:1"), 0, (_, _) => new ValueTask<string>($"v{++loads}"), Book, Token);

        Assert.Equal(("v1", CacheLevel.Source), (first.Value, first.Level));
        Assert.Equal(("v1", CacheLevel.Memory), (second.Value, second.Level));
    }

    [Fact]
    public async Task Another_node_gets_the_value_from_redis()
    {
        await using var one = await ConnectAsync();
        await using var other = await ConnectAsync();
        await one.GetOrCreateAsync(new CacheKey("book:1"), _ => new ValueTask<string>("v"), Book, Token);

        await StoredAsync("book:1");

        var result = await other.ReadAsync(new CacheKey("book:1"), 0, (_, _) => new ValueTask<string>("w"), Book, Token);

        Assert.Equal(("v", CacheLevel.Redis), (result.Value, result.Level));
    }

    [Fact]
    public async Task An_invalidation_reaches_the_other_node()
    {
        await using var one = await ConnectAsync();
        await using var other = await ConnectAsync();
        var key = new CacheKey("book:1");
        await one.GetOrCreateAsync(key, _ => new ValueTask<string>("old"), Book, Token);
        await other.GetOrCreateAsync(key, _ => new ValueTask<string>("old"), Book, Token);

        await one.InvalidateAsync([key], []);

        Assert.Equal("new", await one.GetOrCreateAsync(key, _ => new ValueTask<string>("new"), Book, Token));
        await Eventually.HoldsAsync(async () => await other.GetOrCreateAsync(key, _ => new ValueTask<string>("new"), Book, Token) == "new", "the other node reads anew");
    }

    // Readers do not wait for Redis to have what they loaded.
    private async Task StoredAsync(string key)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await stack.RedisConnectionStringAsync());
        await Eventually.HoldsAsync(() => redis.GetDatabase().KeyExistsAsync($"{_options.Namespace}:v:{key}"), "Redis has the value");
    }

    private Task<CacheManager> ConnectAsync() => ConnectAsync(stack);

    private async Task<CacheManager> ConnectAsync(Stack on) =>
        await CacheManager.ConnectAsync(await on.RedisConnectionStringAsync(), _options, cancellationToken: Token);
}

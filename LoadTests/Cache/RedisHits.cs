using System.Diagnostics;
using System.Globalization;
using Platform.Caching;
using StackExchange.Redis;

namespace Platform.LoadTests.Cache;

/// <summary>A hit in Redis, of bytes that are used where they arrived, next to a bare <c>StringGetAsync</c> of the same bytes, as many callers at a time.</summary>
internal static class RedisHits
{
    private const int Keys = 1_000;
    private const int Callers = 64;
    private const int PayloadBytes = 1_500;
    private const double Goal = 0.85;
    private const string Bare = "bench-redis-hits:";

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private static readonly CachePolicy Policy = new() { Family = "bench_redis", Ttl = TimeSpan.FromHours(1), MemoryTtl = TimeSpan.Zero, AuditRate = 0 };

    internal static async Task<bool> MeasureAsync(CacheManager cache, string redis, string ns)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis);
        var database = connection.GetDatabase();
        var keys = Enumerable.Range(0, Keys).Select(n => new CacheKey(string.Create(CultureInfo.InvariantCulture, $"bench:{n}"))).ToArray();
        foreach (var key in keys)
            await cache.GetOrCreateAsync(key, _ => new ValueTask<ReadOnlyMemory<byte>>(Payload(key)), Policy);
        var stored = await StoredAsync(connection, ns);
        var bareKeys = keys.Select(k => (RedisKey)(Bare + k.Value)).ToArray();
        for (var n = 0; n < Keys; n++)
            await database.StringSetAsync(bareKeys[n], stored, TimeSpan.FromHours(1));

        var limit = new Measured($"StringGetAsync of {stored.Length} bytes", "GETs/s");
        var hit = new Measured("hit in Redis, GetOrCreateAsync", "hits/s");
        var ratio = await Measured.AgainstAsync(5, (limit, () => RateAsync(GetBareAsync)), (hit, () => RateAsync(GetAsync)));

        await database.KeyDeleteAsync(bareKeys);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{limit}\n{hit}\nhit / limit = {ratio:P0}, {Callers} callers; goal at least {Goal:P0}: {(ratio >= Goal ? "reached" : "MISSED")}"));
        return ratio >= Goal;

        async Task GetBareAsync(int n)
        {
            if (((byte[]?)await database.StringGetAsync(bareKeys[n]))?.Length != stored.Length)
                throw new InvalidOperationException("A value that is there came back empty.");
        }

        async Task GetAsync(int n)
        {
            if ((await cache.GetOrCreateAsync<ReadOnlyMemory<byte>>(keys[n], static _ => throw new InvalidOperationException("A value that is there was not found."), Policy)).Length != PayloadBytes)
                throw new InvalidOperationException("A value came back that nobody stored.");
        }
    }

    private static byte[] Payload(CacheKey key)
    {
        var bytes = new byte[PayloadBytes];
        System.Text.Encoding.ASCII.GetBytes(key.Value, bytes);
        return bytes;
    }

    // What the cache made of the payload, whatever it calls it.
    private static async Task<byte[]> StoredAsync(ConnectionMultiplexer redis, string ns)
    {
        await foreach (var key in redis.GetServers()[0].KeysAsync(pattern: $"{ns}:*bench:*"))
        {
            if ((byte[]?)await redis.GetDatabase().StringGetAsync(key) is { Length: >= PayloadBytes and < PayloadBytes * 2 } bytes)
                return bytes;
        }

        throw new InvalidOperationException("The cache stored nothing in Redis.");
    }

    private static async Task<double> RateAsync(Func<int, Task> once)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var count = 0;
            for (; watch.Elapsed < Round; count++)
                await once(((caller * 17) + count) % Keys);
            return count;
        })));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }
}

using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Caching.Memory;
using Platform.Caching;

namespace Platform.LoadTests.Cache;

/// <summary>A hit in the cache's memory next to <see cref="MemoryCache"/> finding the same value by the same key.</summary>
internal static class MemoryHits
{
    private const int Keys = 1_000;
    private const int HitsPerRound = 5_000_000;
    private const double Goal = 2.5;

    private static readonly CachePolicy Policy = new() { Family = "bench_memory", Ttl = TimeSpan.FromHours(1), MemoryTtl = TimeSpan.FromHours(1) };
    private static readonly CachePolicy Unaudited = new() { Family = "bench_unaudited", Ttl = TimeSpan.FromHours(1), MemoryTtl = TimeSpan.FromHours(1), AuditRate = 0 };

    internal static async Task<bool> MeasureAsync(CacheManager cache)
    {
        using var bare = new MemoryCache(new MemoryCacheOptions());
        var keys = Enumerable.Range(0, Keys).Select(n => new CacheKey(string.Create(CultureInfo.InvariantCulture, $"book:01890a5d-ac96-774b-bcce-{n:x12}"))).ToArray();
        var unaudited = keys.Select(k => new CacheKey($"{k.Value}:unaudited")).ToArray();
        Func<CancellationToken, ValueTask<string>> load = static _ => new("a value of some length");
        foreach (var (key, other) in keys.Zip(unaudited))
        {
            bare.Set(key.Value, await cache.GetOrCreateAsync(key, load, Policy));
            await cache.GetOrCreateAsync(other, load, Unaudited);
        }

        var limit = new Measured("MemoryCache.TryGetValue", "ns");
        var hit = new Measured("hit in memory, GetOrCreateAsync", "ns");
        var ratio = await Measured.AgainstAsync(5, (limit, () => NanosecondsAsync(Bare)), (hit, () => NanosecondsAsync(Hit)));
        var allocated = Allocated(static (cache, keys, load) => Get(cache, keys, load, Unaudited), cache, unaudited, load);

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{limit}\n{hit}\nhit / limit = {ratio:N2}; goal at most {Goal}: {(ratio <= Goal ? "reached" : "MISSED")}"));
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"allocated by {HitsPerRound:N0} hits of a reference type: {allocated:N0} B, {(double)allocated / HitsPerRound:N6} B each; goal 0 B: {(allocated == 0 ? "reached" : "MISSED")}"));
        return ratio <= Goal && allocated == 0;

        void Bare()
        {
            for (var i = 0; i < HitsPerRound; i++)
            {
                if (!bare.TryGetValue(keys[i % Keys].Value, out string? value) || value is null)
                    throw new InvalidOperationException("A value that is there was not found.");
            }
        }

        void Hit() => Get(cache, keys, load, Policy);
    }

    private static void Get(CacheManager cache, CacheKey[] keys, Func<CancellationToken, ValueTask<string>> load, CachePolicy policy)
    {
        for (var i = 0; i < HitsPerRound; i++)
        {
            var value = cache.GetOrCreateAsync(keys[i % Keys], load, policy);
            if (!value.IsCompletedSuccessfully || value.Result is null)
                throw new InvalidOperationException("A hit had to wait.");
        }
    }

    private static long Allocated(Action<CacheManager, CacheKey[], Func<CancellationToken, ValueTask<string>>> hits, CacheManager cache, CacheKey[] keys, Func<CancellationToken, ValueTask<string>> load)
    {
        hits(cache, keys, load);
        var before = GC.GetAllocatedBytesForCurrentThread();
        hits(cache, keys, load);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Task<double> NanosecondsAsync(Action hits)
    {
        var watch = Stopwatch.StartNew();
        hits();
        return Task.FromResult(watch.Elapsed.TotalNanoseconds / HitsPerRound);
    }
}

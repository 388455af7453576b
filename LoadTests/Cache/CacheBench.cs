using System.CommandLine;
using Platform.Caching;

namespace Platform.LoadTests.Cache;

/// <summary><c>bench cache</c>: hits of either level, inside a process and over HTTP, and the load of a key that everybody wants.</summary>
internal static class CacheBench
{
    // Longer than the cache's own 50 ms: on a machine that does other work as well the breaker would open, and what is
    // measured then is the load.
    internal static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);

    private static readonly Option<string[]> Parts = new("--parts")
    {
        Description = "Which figures: memory, redis, http, cold; all of them without.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["memory", "redis", "http", "cold"],
    };

    internal static Command Create()
    {
        var cache = new Command("cache", "The cache's hits next to the least that each can cost.") { BenchRedis.Redis, Parts };
        cache.SetAction(RunAsync);
        return cache;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var parts = arguments.GetValue(Parts)!;
        await using var redis = await BenchRedis.StartAsync(arguments, cancellationToken);
        List<bool> reached = [];
        var ns = $"bench-{Environment.ProcessId}";
        if (parts.Contains("memory") || parts.Contains("redis"))
        {
            await using var cache = await CacheManager.ConnectAsync(redis.Configuration, new CacheOptions { Namespace = ns, RedisBudget = Budget }, cancellationToken: cancellationToken);
            if (parts.Contains("memory"))
                reached.Add(await MemoryHits.MeasureAsync(cache));
            if (parts.Contains("redis"))
                reached.Add(await RedisHits.MeasureAsync(cache, redis.Configuration, ns));
        }

        if (parts.Contains("http") || parts.Contains("cold"))
        {
            await using var stack = await BenchStack.StartAsync(arguments, cancellationToken);
            var catalogue = await CachedCatalogue.PrepareAsync(stack, redis.Configuration, ns, cancellationToken);
            if (parts.Contains("http"))
                reached.Add(await HttpHits.MeasureAsync(catalogue, cancellationToken));
            if (parts.Contains("cold"))
                reached.Add(await ColdKey.MeasureAsync(catalogue, cancellationToken));
        }

        await redis.ForgetAsync(ns);
        return reached.All(r => r) ? 0 : 1;
    }
}

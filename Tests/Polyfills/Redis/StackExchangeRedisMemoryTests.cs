using System.Diagnostics;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Polyfills.Redis;

/// <summary>Runs alone: it measures the whole process. The two minutes are <c>soak redis</c> in LoadTests.</summary>
[CollectionDefinition(nameof(StackExchangeRedisMemoryTests), DisableParallelization = true)]
[Collection(nameof(StackExchangeRedisMemoryTests))]
public sealed class StackExchangeRedisMemoryTests(Stack stack)
{
    private const long ManagedLimit = 4 * 1024 * 1024;

    [Fact]
    public async Task Commands_large_replies_and_connections_leave_nothing_behind()
    {
        var redis = await stack.RedisConnectionStringAsync();
        await RoundsAsync(redis, 2);
        var before = Measure();

        await RoundsAsync(redis, 6);

        // Thirty connections and 120 MB of replies. The client ends its connections in the background, a moment after
        // it was disposed.
        SpinWait.SpinUntil(() => Measure().Managed - before.Managed < ManagedLimit, TimeSpan.FromSeconds(5));
        var after = Measure();
        Assert.InRange(after.Managed - before.Managed, long.MinValue, ManagedLimit);
        Assert.InRange(after.WorkingSet - before.WorkingSet, long.MinValue, 64 * 1024 * 1024);
    }

    private static async Task RoundsAsync(string redis, int count)
    {
        for (var round = 0; round < count; round++)
        {
            for (var connection = 0; connection < 5; connection++)
            {
                await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis);
                var db = multiplexer.GetDatabase();
                string key = $"tests:memory:{Environment.ProcessId}:{connection}";
                await db.StringSetAsync([new(key, new byte[1000]), new(key + ":large", new byte[4_000_000])]);
                await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => db.StringGetAsync(key)));
                await db.StringGetAsync(key + ":large");
                await db.KeyDeleteAsync([key, key + ":large"]);
            }
        }
    }

    private static (long Managed, long WorkingSet) Measure()
    {
        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }
}

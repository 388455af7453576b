using System.Diagnostics;
using Platform.Tests.Support;

namespace Platform.Tests.Caching.Outages;

/// <summary>What outages leave behind: nothing. Runs alone: it measures the whole process.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
[Collection(nameof(LeakTests))]
public sealed class LeakTests : IAsyncLifetime
{
    private readonly Source _source = new();
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartNewAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    [Fact]
    public async Task Connections_that_are_killed_again_and_again_leave_no_connection_and_no_thread()
    {
        const int Rounds = 10;
        await using var node = await CacheNode.ConnectAsync(_redis.Address, _source);
        await KillConnectionsAsync(node);
        var before = Measure();

        for (var round = 0; round < Rounds; round++)
        {
            await KillConnectionsAsync(node);
        }

        await Eventually.HoldsAsync(async () => await ConnectionsAsync() == 2, "the node has two connections");
        await Eventually.HoldsAsync(() => Task.FromResult(Measure() is var after && after.Files < before.Files + Rounds && after.Threads < before.Threads + Rounds),
            $"no more than the {before} of the beginning");
    }

    [Fact]
    public async Task Waiting_for_redis_at_the_start_leaves_no_subscription_that_nobody_reads()
    {
        const int Messages = 40;
        await _redis.KillAsync();
        await using var node = await CacheNode.ConnectAsync(_redis.Address, _source, attach: false);
        var since = Stopwatch.StartNew();
        await Eventually.HoldsAsync(() => Task.FromResult(since.Elapsed > TimeSpan.FromSeconds(1)), "some attempts have failed");
        await _redis.StartAsync();
        await node.AttachedAsync();
        var redis = await _redis.DatabaseAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 1; i <= Messages; i++)
        {
            await redis.ExecuteAsync("PUBLISH", $"{CacheNode.Namespace}:invalidations", new byte[1_000_000]);
            await Eventually.HoldsAsync(() => Task.FromResult(node.Count("errors_total", "malformed_message") == i), "the message was heard, once");
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Messages * 1_000_000 / 2);
    }

    private async Task KillConnectionsAsync(CacheNode node)
    {
        var missed = node.Count("errors_total", "missed_invalidation");
        await _redis.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await _redis.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal");
        await Eventually.HoldsAsync(() => Task.FromResult(node.Count("errors_total", "missed_invalidation") > missed), "the node has noticed");
        await node.AttachedAsync();
    }

    private async Task<int> ConnectionsAsync() =>
        ((string)(await _redis.ExecuteAsync("CLIENT", "LIST"))!).Split('\n').Count(client => client.Contains($" name={CacheNode.ClientName} ", StringComparison.Ordinal));

    // The pool's threads come and go with the load.
    private static (int Files, int Threads) Measure() => (
        Directory.GetFiles("/proc/self/fd").Length,
        Directory.GetDirectories("/proc/self/task").Count(task => !File.ReadAllText(Path.Combine(task, "comm")).StartsWith(".NET", StringComparison.Ordinal)));
}

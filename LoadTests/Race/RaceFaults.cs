using System.Diagnostics;
using StackExchange.Redis;

namespace Platform.LoadTests.Race;

/// <summary>What can happen to Redis while the race is on. Only <see cref="Freeze"/> is felt by others on the same server.</summary>
internal enum RaceFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Connections of the race are cut: those for commands, those for messages, or both.</summary>
    Kill,

    /// <summary>The server answers nobody for a second.</summary>
    Freeze,

    /// <summary>Some or all of the cache's data is gone, the fence too, as after an eviction, a flush or a failover.</summary>
    Lose,
}

/// <summary>Lets the faults happen, one at a time, at times and in an order that follow from the seed.</summary>
internal sealed class RaceFaults : IAsyncDisposable
{
    private readonly RaceFault[] _faults;
    private readonly ConnectionMultiplexer? _redis;
    private readonly string _namespace;
    private readonly Random _random;

    private RaceFaults(RaceFault[] faults, ConnectionMultiplexer? redis, string ns, int seed) => (_faults, _redis, _namespace, _random) = (faults, redis, ns, new Random(seed));

    internal bool Any => _redis is not null;

    internal static async Task<RaceFaults> ConnectAsync(RaceFault[] faults, string redis, string ns, int seed)
    {
        faults = [.. faults.Where(f => f != RaceFault.None)];
        var configuration = ConfigurationOptions.Parse(redis);
        configuration.AllowAdmin = true;
        configuration.ClientName = "faults";
        return new(faults, faults.Length == 0 ? null : await ConnectionMultiplexer.ConnectAsync(configuration), ns, seed);
    }

    /// <summary>Lets faults happen for so long, and returns when the last one is over.</summary>
    internal async Task RunAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (_redis is null)
        {
            await Task.Delay(time, cancellationToken);
            return;
        }

        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time;)
        {
            await Task.Delay(_random.Next(100, 700), cancellationToken);
            await (_faults[_random.Next(_faults.Length)] switch
            {
                RaceFault.Freeze => FreezeAsync(cancellationToken),
                RaceFault.Lose => LoseAsync(),
                _ => KillAsync(),
            });
        }
    }

    private async Task KillAsync()
    {
        var server = Server();
        var messages = _random.Next(3);
        foreach (var client in await server.ClientListAsync())
        {
            var listens = client.SubscriptionCount + client.PatternSubscriptionCount > 0;
            if (client.Name?.StartsWith(_namespace + "-", StringComparison.Ordinal) == true && (messages == 2 || listens == (messages == 1)) && _random.Next(3) != 0)
                await server.ExecuteAsync("CLIENT", "KILL", "ID", client.Id);
        }
    }

    private async Task FreezeAsync(CancellationToken cancellationToken)
    {
        await Server().ExecuteAsync("CLIENT", "PAUSE", "1000", "ALL");
        await Task.Delay(1000, cancellationToken);
    }

    private async Task LoseAsync()
    {
        var part = _random.Next(2) == 0;
        await foreach (var key in Server().KeysAsync(pattern: $"{_namespace}:*"))
        {
            if (!part || _random.Next(2) == 0)
                await _redis!.GetDatabase().KeyDeleteAsync(key);
        }
    }

    private IServer Server() => _redis!.GetServers()[0];

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
    }
}

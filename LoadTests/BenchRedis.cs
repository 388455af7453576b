using System.CommandLine;
using StackExchange.Redis;

namespace Platform.LoadTests;

/// <summary>The Redis that is used: that of <c>--redis</c>, or the AppHost's, started for this.</summary>
internal sealed class BenchRedis : IAsyncDisposable
{
    internal static readonly Option<string?> Redis = new("--redis")
    {
        Description = "StackExchange.Redis' configuration string; without it the AppHost's Redis is started.",
    };

    private readonly IAsyncDisposable? _started;

    private BenchRedis(string configuration, IAsyncDisposable? started) => (Configuration, _started) = (configuration, started);

    /// <summary>StackExchange.Redis' configuration string.</summary>
    internal string Configuration { get; }

    internal static async Task<BenchRedis> StartAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(Redis) is { } given)
            return new BenchRedis(given, null);
        var (application, configuration) = await AppHostServer.StartAsync("redis", ["redis-password"], cancellationToken);
        return new BenchRedis(configuration, application);
    }

    /// <summary>Deletes what a cache of this namespace has left; its fence table would stay for ever.</summary>
    internal async Task ForgetAsync(string ns)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Configuration);
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: $"{ns}:*"))
            await connection.GetDatabase().KeyDeleteAsync(key);
    }

    public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;
}

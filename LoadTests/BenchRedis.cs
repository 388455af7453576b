using System.CommandLine;

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

    public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;
}

using System.CommandLine;
using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace Platform.LoadTests;

/// <summary>The Redis that is used: that of <c>--redis</c>, or the AppHost's, started for this.</summary>
internal sealed class BenchRedis : IAsyncDisposable
{
    internal static readonly Option<string?> Redis = new("--redis")
    {
        Description = "StackExchange.Redis' configuration string; without it the AppHost's Redis is started.",
    };

    private readonly DistributedApplication? _started;

    private BenchRedis(string configuration, DistributedApplication? started) => (Configuration, _started) = (configuration, started);

    /// <summary>StackExchange.Redis' configuration string.</summary>
    internal string Configuration { get; }

    internal static async Task<BenchRedis> StartAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(Redis) is { } given)
            return new BenchRedis(given, null);

        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(cancellationToken);
        foreach (var resource in builder.Resources.Where(r => !r.Name.StartsWith("redis", StringComparison.Ordinal)).ToList())
            builder.Resources.Remove(resource);

        var application = await builder.BuildAsync(cancellationToken);
        await application.StartAsync(cancellationToken);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("redis", cancellationToken);
        return new BenchRedis(await application.GetConnectionStringAsync("redis", cancellationToken)
            ?? throw new InvalidOperationException("The AppHost gives redis no connection string."), application);
    }

    public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;
}

using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis;

/// <summary>Connects before anything else of the service starts.</summary>
/// <remarks>Made at the first use, a connection blocks a request's thread, and under load all of them at once.</remarks>
internal sealed class ConnectAtStart(Func<IConnectionMultiplexer> connect) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        connect();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Engineless;

/// <summary>Shows on the console what the resources do and write.</summary>
internal sealed class ConsoleReport(ResourceNotificationService notifications, ResourceLoggerService logs, Orchestrator orchestrator) : IHostedService
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private Task _writing = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        logs.Written += (resource, line) => _lines.Writer.TryWrite($"{resource} | {line.Content}");
        orchestrator.Progress = new Progress<Provisioning.ProvisioningProgress>(p => _lines.Writer.TryWrite(p.ToString()));
        _writing = Task.Run(async () =>
        {
            await foreach (var line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
                Console.WriteLine(line);
        }, CancellationToken.None);
        _ = Task.Run(async () =>
        {
            await foreach (var c in notifications.WatchAsync().ConfigureAwait(false))
                _lines.Writer.TryWrite($"{c.Resource.Name}: {c.Snapshot.State?.Text} {c.Snapshot.HealthStatus}");
        }, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _lines.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }
}

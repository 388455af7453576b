using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Engineless;

/// <summary>Asks the health checks of running resources, and tells when a resource is ready.</summary>
internal sealed class HealthMonitor(HealthCheckService checks, ResourceNotificationService notifications, ResourceLoggerService logs, IDistributedApplicationEventing eventing, IServiceProvider services)
{
    private static readonly TimeSpan SoonestAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LatestWhenUnhealthy = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WhenHealthy = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The reports of a resource whose checks have not run yet.</summary>
    public static ImmutableArray<HealthReportSnapshot> NotYetChecked(IResource resource) =>
        [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => new HealthReportSnapshot(check.Key, null, null, null))];

    /// <summary>Runs until the resource ends.</summary>
    public async Task WatchToEndAsync(IResource resource, CancellationToken ended)
    {
        try
        {
            await WatchAsync(resource, ended).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
        }
    }

    private async Task WatchAsync(IResource resource, CancellationToken ended)
    {
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet();
        var isReady = false;
        var pause = SoonestAgain;
        while (!ended.IsCancellationRequested)
        {
            var reports = keys.Count == 0 ? [] : await CheckAsync(keys, ended).ConfigureAwait(false);
            ended.ThrowIfCancellationRequested();
            var isHealthy = reports.All(report => report.Status == HealthStatus.Healthy);
            await notifications.PublishUpdateAsync(resource, s => s with { HealthReports = reports }).ConfigureAwait(false);
            if (isHealthy && !isReady)
            {
                isReady = true;
                var ready = eventing.PublishAsync(new ResourceReadyEvent(resource, services), ended);
                try
                {
                    await ready.ConfigureAwait(false);
                }
                catch (Exception e) when (!ended.IsCancellationRequested)
                {
                    logs.Write(resource.Name, $"Getting ready failed: {e.Message}", isError: true);
                }
                // Faulted or not: those who wait for it are told.
                await notifications.PublishUpdateAsync(resource, s => s with { ResourceReadyEvent = ready }).ConfigureAwait(false);
            }
            if (keys.Count == 0)
                return;
            pause = isHealthy ? WhenHealthy : pause >= LatestWhenUnhealthy ? LatestWhenUnhealthy : pause * 1.5;
            await Task.Delay(pause, ended).ConfigureAwait(false);
            if (isHealthy)
                pause = SoonestAgain;
        }
    }

    private async Task<ImmutableArray<HealthReportSnapshot>> CheckAsync(HashSet<string> keys, CancellationToken ended)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ended);
        limit.CancelAfter(Timeout);
        try
        {
            var report = await checks.CheckHealthAsync(registration => keys.Contains(registration.Name), limit.Token).ConfigureAwait(false);
            return [.. keys.Select(key => report.Entries.TryGetValue(key, out var entry)
                ? new HealthReportSnapshot(key, entry.Status, entry.Description, entry.Exception?.Message)
                : new HealthReportSnapshot(key, HealthStatus.Unhealthy, $"No health check '{key}' is registered.", null))];
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return [.. keys.Select(key => new HealthReportSnapshot(key, HealthStatus.Unhealthy, $"No answer within {Timeout.TotalSeconds} s.", null))];
        }
    }
}

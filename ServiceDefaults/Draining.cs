using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Platform.ServiceDefaults;

/// <summary>
/// An orderly end: readiness turns unhealthy first and stays so for <c>Shutdown:Delay</c>, in which callers are routed
/// elsewhere while the service still answers; then the server takes no more connections and finishes what it has.
/// </summary>
internal sealed class Draining(IHostApplicationLifetime lifetime, TimeProvider time, TimeSpan delay)
    : IHostedLifecycleService, IHealthCheck
{
    private volatile bool _stopping;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(_stopping || lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("The service is shutting down.")
            : HealthCheckResult.Healthy());

    // Runs before any service, the web server included, is asked to stop.
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        return delay == TimeSpan.Zero
            ? Task.CompletedTask
            : Task.Delay(delay, time, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

internal static class DrainingExtensions
{
    public static void AddDraining(this IHostApplicationBuilder builder)
    {
        // At a desk nobody routes around a stopping service, so waiting would only annoy.
        var usual = builder.Environment.IsProduction() ? TimeSpan.FromSeconds(5) : TimeSpan.Zero;
        var delay = Settings.Duration(builder.Configuration, "Shutdown:Delay", usual, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        var timeout = Settings.Duration(builder.Configuration, "Shutdown:Timeout", TimeSpan.FromSeconds(30),
            TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = timeout + delay);
        builder.Services.AddSingleton(services =>
            ActivatorUtilities.CreateInstance<Draining>(services, services.GetService<TimeProvider>() ?? TimeProvider.System, delay));
        builder.Services.AddHostedService(services => services.GetRequiredService<Draining>());
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Platform.ServiceDefaults;

/// <summary>Registers what a service measures.</summary>
public static class Measurements
{
    /// <summary>Adds a class of instruments, made at the start: what has not happened yet is then 0, and not unknown.</summary>
    public static IServiceCollection AddMeasurements<T>(this IServiceCollection services)
        where T : class => services.AddSingleton<T>().AddHostedService<Made<T>>();

    private sealed class Made<T>(T measurements) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            GC.KeepAlive(measurements);
            return Task.CompletedTask;
        }
    }
}

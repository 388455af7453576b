using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Platform.Caching;
using Platform.Caching.Redis;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the cache to a service.</summary>
public static class CachingExtensions
{
    /// <summary>
    /// Registers <see cref="CacheManager"/> over the Redis of <c>ConnectionStrings:{connectionName}</c>, with settings from
    /// the section <c>Cache</c>, its health check and its metrics. Redis need not be there when the service starts.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">The name under <c>ConnectionStrings</c>.</param>
    /// <param name="configure">Called after the settings are read: policies, codecs.</param>
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    public static void AddCaching(this IHostApplicationBuilder builder, string connectionName, Action<CacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = CacheOptions.From(builder.Configuration);
        configure?.Invoke(options);

        var sockets = new SocketWatch();
        builder.AddRedisClient(connectionName, settings => settings.DisableHealthChecks = true, redis => RedisLink.Configure(redis, sockets));
        builder.Services.AddSingleton(services => new CacheManager(
            services.GetRequiredService<IConnectionMultiplexer>(), sockets, options, services.GetRequiredService<IMeterFactory>().Create(CacheTelemetry.MeterName),
            services.GetRequiredService<ILogger<CacheManager>>(), services.GetService<TimeProvider>()));
        // Made at the start: to be attached takes a moment, and what is wrong with a policy is said before the first request.
        builder.Services.AddHostedService<CacheStart>();
        builder.Services.AddHealthChecks().AddCheck<CacheHealth>("cache", HealthStatus.Degraded);
    }

    private sealed class CacheStart(CacheManager cache) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.FromResult(cache);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    // Degraded: without Redis everything is answered, only slower.
    private sealed class CacheHealth(CacheManager cache) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(cache.IsAttached
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("Redis does not answer: values come from memory and the source."));
    }
}

using Microsoft.Extensions.DependencyInjection;
using Platform.Caching;

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
        builder.AddRedisClient(connectionName);
        var options = new CacheOptions();
        configure?.Invoke(options);
        builder.Services.AddSingleton(new CacheManager());
    }
}

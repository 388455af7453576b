using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Caching.Redis;
using StackExchange.Redis;

namespace Platform.Caching;

// For tests and measurements, which have no host: a manager with a connection of its own.
public sealed partial class CacheManager
{
    /// <summary>Connects and waits until Redis is in use, unless <paramref name="attach"/> says not to.</summary>
    internal static async Task<CacheManager> ConnectAsync(
        string redis, CacheOptions options, Meter? meter = null, TimeProvider? time = null, bool attach = true, CancellationToken cancellationToken = default)
    {
        var settings = ConfigurationOptions.Parse(redis);
        settings.AbortOnConnectFail = false;
        var sockets = new SocketWatch();
        RedisLink.Configure(settings, sockets);
        var cache = new CacheManager(await ConnectionMultiplexer.ConnectAsync(settings).ConfigureAwait(false), sockets, options,
            meter ?? new Meter(CacheTelemetry.MeterName), NullLogger.Instance, time, ownsRedis: true);
        if (attach)
        {
            await cache.AttachedAsync(cancellationToken).ConfigureAwait(false);
        }

        return cache;
    }
}

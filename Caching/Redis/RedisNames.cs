using System.Text;
using StackExchange.Redis;

namespace Platform.Caching.Redis;

/// <summary>What the cache calls its things in Redis.</summary>
internal sealed class RedisNames(string space)
{
    private readonly RedisKey _values = Encoding.UTF8.GetBytes($"{space}:v:");
    private readonly RedisKey _leases = Encoding.UTF8.GetBytes($"{space}:l:");

    internal RedisKey Table { get; } = $"{space}:fence";

    internal RedisKey Run { get; } = $"{space}:run";

    /// <summary>How far all has been told, as it was told last.</summary>
    internal RedisKey Position { get; } = $"{space}:position";

    internal RedisChannel Channel { get; } = RedisChannel.Literal($"{space}:invalidations");

    internal RedisKey Value(CacheKey key) => Of(_values, key);

    internal RedisKey Lease(CacheKey key) => Of(_leases, key);

    // Kept apart until it is sent, so that no text is put together for each command.
    private static RedisKey Of(RedisKey prefix, CacheKey key) => ((RedisKey)key.Value).Prepend(prefix);
}

using StackExchange.Redis;

namespace Platform.Caching.Redis;

/// <summary>What the cache calls its things in Redis.</summary>
internal sealed class RedisNames(string space)
{
    private readonly string _values = $"{space}:v:";
    private readonly string _leases = $"{space}:l:";

    internal RedisKey Table { get; } = $"{space}:fence";

    internal RedisKey Run { get; } = $"{space}:run";

    internal RedisChannel Channel { get; } = RedisChannel.Literal($"{space}:invalidations");

    internal RedisKey Value(CacheKey key) => _values + key.Value;

    internal RedisKey Lease(CacheKey key) => _leases + key.Value;
}

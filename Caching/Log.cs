using Microsoft.Extensions.Logging;

namespace Platform.Caching;

/// <summary>The cache's messages. None of them has a key in it: keys may be personal data.</summary>
internal static partial class Log
{
    // Warning, not Error: readers still get their answers, from memory and the source.
    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "Redis does not answer ({Cause}): serving from memory and the source until it does")]
    public static partial void RedisLost(this ILogger logger, string cause);

    // Information: so it is also when an administrator or an import empties the cache.
    [LoggerMessage(EventId = 3011, Level = LogLevel.Information, Message = "The connection to Redis, or what the cache keeps in it, is another: attaching anew")]
    public static partial void RedisChanged(this ILogger logger);

    // Error: a bug in our code. Its values are loaded every time.
    [LoggerMessage(EventId = 3010, Level = LogLevel.Error, Message = "{Problem} Its values are not cached")]
    public static partial void PolicyNotUsable(this ILogger logger, string problem);

    // Debug: it is tried several times a second, and that Redis is away has been said.
    [LoggerMessage(EventId = 3009, Level = LogLevel.Debug, Message = "Redis cannot be used yet ({Cause})")]
    public static partial void RedisStillLost(this ILogger logger, string cause);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Information, Message = "Redis answers again after {OutageSeconds:0.0} s")]
    public static partial void RedisBack(this ILogger logger, double outageSeconds);

    // Information: this is what the sequence numbers are for, and it follows each outage.
    [LoggerMessage(EventId = 3003, Level = LogLevel.Information, Message = "Invalidations of other processes may have been missed: the memory is dropped")]
    public static partial void InvalidationsMissed(this ILogger logger);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Warning, Message = "Redis lost the cache's fence, by a flush or a failover: all that was cached before counts as missing")]
    public static partial void FenceLost(this ILogger logger);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Warning, Message = "A value of family {Family} could not be loaded in the background")]
    public static partial void BackgroundLoadFailed(this ILogger logger, string family, Exception cause);

    // Error: a bug in our code. The value is loaded for every process, as if there were no Redis.
    [LoggerMessage(EventId = 3006, Level = LogLevel.Error, Message = "Values of family {Family} cannot be written to Redis")]
    public static partial void NotSerializable(this ILogger logger, string family, Exception cause);

    [LoggerMessage(EventId = 3007, Level = LogLevel.Warning, Message = "Redis held damaged bytes for family {Family}; they count as missing")]
    public static partial void Corrupt(this ILogger logger, string family);

    // Error: the cache's one promise is broken, or somebody wrote past the Api.
    [LoggerMessage(EventId = 3008, Level = LogLevel.Error, Message = "The audit found a stale value of family {Family}: the source differs and nobody invalidated it")]
    public static partial void StaleFound(this ILogger logger, string family);
}

using Platform.Realtime.Changes;

namespace Platform.Realtime;

/// <summary>The service's messages.</summary>
internal static partial class Log
{
    // Warning, not Error: clients stay connected and get what they miss when it is back.
    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "The log of changes cannot be read at the moment ({Cause})")]
    public static partial void LogIsAway(this ILogger logger, Exception? exception, string cause);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Information, Message = "The log of changes can be read again")]
    public static partial void LogIsBack(this ILogger logger);

    // Warning: clients are told of a gap. Either Redis lost what it had, or this node was away for longer than events are kept.
    [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "Changes after {From} and up to {To} are no longer in the log: clients of this node are told of a gap")]
    public static partial void EventsLost(this ILogger logger, ChangePosition from, ChangePosition to);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Warning, Message = "Changes cannot be published at the moment ({Cause}): they wait in the database")]
    public static partial void PublishingHalted(this ILogger logger, string cause);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Information, Message = "Changes are published again")]
    public static partial void PublishingResumed(this ILogger logger);

    // Warning: clients that were behind are told of a gap. At the very first start it is as it should be.
    [LoggerMessage(EventId = 5006, Level = LogLevel.Warning, Message = "The log of changes begins anew under epoch {Epoch}: {Reason}")]
    public static partial void LogBegun(this ILogger logger, string epoch, string reason);

    [LoggerMessage(EventId = 5007, Level = LogLevel.Warning, Message = "Another node publishes changes now: this one reads the slot anew")]
    public static partial void PublisherReplaced(this ILogger logger);

    // Error: nobody publishes until somebody mends it.
    [LoggerMessage(EventId = 5008, Level = LogLevel.Error, Message = "Changes cannot be read from the database: {Problem}")]
    public static partial void PublisherFailed(this ILogger logger, string problem);

    [LoggerMessage(EventId = 5009, Level = LogLevel.Warning, Message = "A message {Prefix} is not a JSON object of at most {MostBytes} bytes: nobody is told of it")]
    public static partial void MessageRefused(this ILogger logger, string prefix, int mostBytes);

    [LoggerMessage(EventId = 5101, Level = LogLevel.Warning, Message = "The past cannot be read from Redis; clients that are behind wait until it can")]
    public static partial void HistoryIsAway(this ILogger logger, Exception cause);

    // Information: at the very first start it is as it should be; later Redis has lost its memory, and nothing is cached anyway.
    [LoggerMessage(EventId = 5201, Level = LogLevel.Information, Message = "Nobody knows what caches were told before {Position}: everything that is cached is made unread")]
    public static partial void RepairBegins(this ILogger logger, string position);

    // Warning: reads that say what they must not miss go to the database meanwhile; what nobody told stays in caches.
    [LoggerMessage(EventId = 5202, Level = LogLevel.Warning, Message = "Caches cannot be told of changes at the moment ({Cause})")]
    public static partial void RepairHalted(this ILogger logger, string cause);
}

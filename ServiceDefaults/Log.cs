using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults;

internal static partial class Log
{
    // Warning and without a stack: the cause is elsewhere, and a stopped database makes one of these per request.
    [LoggerMessage(EventId = 1001, Level = LogLevel.Warning, Message = "{Method} {Path} answered 503: {Cause}")]
    public static partial void DependencyUnavailable(this ILogger logger, string method, string path, string cause);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string method, string path);

    // Warning, not Error: those that were read before go on.
    [LoggerMessage(EventId = 1003, Level = LogLevel.Warning, Message = "The Api's keys cannot be read; tokens signed with others are refused meanwhile")]
    public static partial void KeysAreAway(this ILogger logger, Exception cause);
}

namespace Platform.AlertInbox;

/// <summary>The service's messages.</summary>
internal static partial class Log
{
    // Information whatever it says: the error is somebody else's.
    [LoggerMessage(EventId = 7001, Level = LogLevel.Information, Message = "{Receiver}: {Alert} {Status}: {Summary}")]
    public static partial void AlertReceived(this ILogger logger, string receiver, string alert, string status, string summary);
}

using Microsoft.Extensions.Logging;

namespace Platform.ChangeStream;

/// <summary>The readers' messages.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Information, Message = "Slot {Slot} is made")]
    public static partial void SlotMade(this ILogger logger, string slot);

    // Error: changes are missing for good, and somebody should know why the slot went.
    [LoggerMessage(EventId = 4002, Level = LogLevel.Error, Message = "Changes of slot {Slot} are missing: {Reason} Its consumer is told")]
    public static partial void GapFound(this ILogger logger, string slot, string reason);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Information, Message = "Slot {Slot} is read here now, as epoch {Epoch}")]
    public static partial void SlotTaken(this ILogger logger, string slot, long epoch);

    // Warning, not Error: it is read again from the last confirmed position.
    [LoggerMessage(EventId = 4004, Level = LogLevel.Warning, Message = "Slot {Slot} cannot be read at the moment ({Cause})")]
    public static partial void StreamLost(this ILogger logger, string slot, string cause);

    [LoggerMessage(EventId = 4005, Level = LogLevel.Debug, Message = "Slot {Slot} could not be looked after ({Cause})")]
    public static partial void MonitorFailed(this ILogger logger, string slot, string cause);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Information, Message = "The tables of slot {Slot} are others now: reading anew")]
    public static partial void TablesChanged(this ILogger logger, string slot);
}

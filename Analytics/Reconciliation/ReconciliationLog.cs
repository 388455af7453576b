namespace Platform.Analytics.Reconciliation;

/// <summary>All that reconciliation says.</summary>
internal static partial class ReconciliationLog
{
    [LoggerMessage(EventId = 5021, Level = LogLevel.Warning, Message = "The event store said something else than {Table} of {Drift} rows after {After} up to {Last}; {Repaired} are put right.")]
    internal static partial void DriftFound(this ILogger logger, string table, long drift, long repaired, string after, string last);

    [LoggerMessage(EventId = 5022, Level = LogLevel.Warning, Message = "The event store cannot be compared with the database now: {Cause}")]
    internal static partial void ReconciliationFailed(this ILogger logger, string cause);
}

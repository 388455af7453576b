using System.Diagnostics;
using Platform.ChangeStream;
using Platform.Realtime.Subscriptions;

namespace Platform.Realtime;

/// <summary>What this service does for a trace that came with a transaction; nothing for those without.</summary>
internal static class RealtimeTraces
{
    private static readonly ActivitySource Source = new("Platform.Realtime");

    /// <summary>That batches go into the log.</summary>
    internal static Activity? Publish(IEnumerable<ChangeBatch> batches) =>
        TraceContext.Start(Source, "publish changes", ActivityKind.Producer, batches.Select(batch => batch.Trace));

    /// <summary>That a connection is told.</summary>
    internal static Activity? Push(IReadOnlyList<QueuedNotice> notices) =>
        TraceContext.Start(Source, "push changes", ActivityKind.Producer, notices.Select(queued => queued.Notice.TakeTrace()))?.SetTag("messaging.batch.message_count", notices.Count);
}

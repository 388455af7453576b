using System.Diagnostics;
using Platform.ChangeStream;
using Platform.Realtime.Subscriptions;

namespace Platform.Realtime;

/// <summary>What this service does for a trace that came with a transaction; nothing for those without.</summary>
internal static class RealtimeTraces
{
    private static readonly ActivitySource Source = new("Platform.Realtime");

    /// <summary>That batches go into the log: a span for each that is traced.</summary>
    internal static List<Activity> Publish(IReadOnlyList<ChangeBatch> batches)
    {
        List<Activity> spans = [];
        foreach (var batch in batches)
        {
            if (batch.Trace != default && Source.StartActivity("publish changes", ActivityKind.Producer, batch.Trace) is { } span)
                spans.Add(span);
        }

        return spans;
    }

    /// <summary>That a connection is told: one span for all that goes in one piece.</summary>
    /// <returns>Null when none of it is traced.</returns>
    internal static Activity? Push(IReadOnlyList<QueuedNotice> notices)
    {
        if (!Source.HasListeners())
            return null;
        Activity? span = null;
        foreach (var (_, notice, _) in notices)
        {
            var trace = notice.TakeTrace();
            if (trace == default)
                continue;
            if (span is null)
                span = Source.StartActivity("push changes", ActivityKind.Producer, trace)?.SetTag("messaging.batch.message_count", notices.Count).SetTag("messaging.destination.name", notice.Topic);
            else if (trace.SpanId != span.ParentSpanId)
                span.AddLink(new ActivityLink(trace));
        }

        return span;
    }
}

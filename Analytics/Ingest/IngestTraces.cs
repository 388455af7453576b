using System.Diagnostics;
using Platform.Analytics.Events;

namespace Platform.Analytics.Ingest;

/// <summary>What ingest does for traces that came with transactions; nothing for those without.</summary>
internal static class IngestTraces
{
    private static readonly ActivitySource Source = new("Platform.Analytics");

    /// <summary>That events of one stream are written: of the trace of the first that has one, with links to the others.</summary>
    internal static Activity? Store(List<AnalyticsEvent> events)
    {
        if (!Source.HasListeners())
            return null;
        Activity? span = null;
        foreach (var one in events)
        {
            if (one.Trace == default)
                continue;
            if (span is null)
                span = Source.StartActivity("store events", ActivityKind.Consumer, one.Trace)?.SetTag("messaging.batch.message_count", events.Count).SetTag("platform.stream", one.Stream);
            else if (one.Trace.SpanId != span.ParentSpanId)
                span.AddLink(new ActivityLink(one.Trace));
        }

        return span;
    }
}

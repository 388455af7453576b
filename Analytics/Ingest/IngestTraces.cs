using System.Diagnostics;
using Platform.Analytics.Events;
using Platform.ChangeStream;

namespace Platform.Analytics.Ingest;

/// <summary>What ingest does for traces that came with transactions; nothing for those without.</summary>
internal static class IngestTraces
{
    private static readonly ActivitySource Source = new("Platform.Analytics");

    /// <summary>That events of one stream are written.</summary>
    internal static Activity? Store(List<AnalyticsEvent> events) =>
        TraceContext.Start(Source, "store events", ActivityKind.Consumer, events.Select(one => one.Trace))?.SetTag("messaging.batch.message_count", events.Count).SetTag("platform.stream", events[0].Stream);
}

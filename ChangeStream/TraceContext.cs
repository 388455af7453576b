using System.Diagnostics;
using System.Text;

namespace Platform.ChangeStream;

/// <summary>
/// How a trace goes on behind the database: a transaction says which one it belongs to by a logical message of <see cref="Prefix"/>
/// whose content is a <c>traceparent</c> (W3C Trace Context). Readers take the message out and give it with the batch, as
/// <see cref="ChangeBatch.Trace"/>.
/// </summary>
public static class TraceContext
{
    /// <summary>The prefix of the message; it is not delivered.</summary>
    public const string Prefix = "platform.trace";

    // A traceparent has 55 characters. Anybody who may write to the database may say something else.
    private const int MostBytes = 64;

    private static readonly ActivitySource Source = new("Platform.ChangeStream");

    /// <summary>The <c>traceparent</c> of a span.</summary>
    /// <returns>Nothing for none.</returns>
    public static string Format(ActivityContext context) =>
        context == default ? "" : $"00-{context.TraceId}-{context.SpanId}-{(int)context.TraceFlags:x2}";

    /// <summary>The span that a <c>traceparent</c> names.</summary>
    /// <returns>None when there is none in it.</returns>
    public static ActivityContext Parse(string? text) => ActivityContext.TryParse(text, traceState: null, isRemote: true, out var context) ? context : default;

    /// <summary>
    /// Begins a span for what is done with several things at once: of the trace of the first that has one, with links to the others.
    /// </summary>
    /// <param name="source">Whose span it is.</param>
    /// <param name="name">What is done.</param>
    /// <param name="kind">Whether something is taken or passed on.</param>
    /// <param name="traces">Of each thing the span that it belongs to, or none; not looked at while nobody listens.</param>
    /// <returns>Null when none is traced, or nobody listens.</returns>
    public static Activity? Start(ActivitySource source, string name, ActivityKind kind, IEnumerable<ActivityContext> traces)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(traces);
        if (!source.HasListeners())
            return null;
        Activity? span = null;
        foreach (var trace in traces)
        {
            if (trace == default)
                continue;
            if (span is null)
                span = source.StartActivity(name, kind, trace);
            else if (trace.SpanId != span.ParentSpanId)
                span.AddLink(new ActivityLink(trace));
        }

        return span;
    }

    internal static ActivityContext Read(ReadOnlySpan<byte> content) => content.Length <= MostBytes ? Parse(Encoding.ASCII.GetString(content)) : default;

    /// <summary>Notes that a transaction was received, from its commit on.</summary>
    /// <returns>What is done with it belongs to that.</returns>
    internal static ActivityContext Received(ActivityContext transaction, string slot, DateTimeOffset committed, ulong lsn, int changes)
    {
        if (transaction == default)
            return default;
        using var span = Source.StartActivity(ActivityKind.Consumer, transaction, name: $"receive {slot}", startTime: committed, tags:
        [
            new("messaging.system", "postgresql"), new("messaging.operation.type", "receive"), new("messaging.destination.name", slot),
            new("messaging.batch.message_count", changes), new("platform.commit_lsn", $"{lsn >> 32:X}/{(uint)lsn:X}"),
        ]);
        // Nobody listens: then it is at least said where it comes from.
        return span?.Context ?? transaction;
    }
}

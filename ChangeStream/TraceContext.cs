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

    internal const string SourceName = "Platform.ChangeStream";

    // A traceparent has 55 characters. Anybody who may write to the database may say something else.
    private const int MostBytes = 64;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The <c>traceparent</c> of a span.</summary>
    /// <returns>Nothing for none.</returns>
    public static string Format(ActivityContext context) =>
        context == default ? "" : $"00-{context.TraceId}-{context.SpanId}-{(int)context.TraceFlags:x2}";

    /// <summary>The span that a <c>traceparent</c> names.</summary>
    /// <returns>None when there is none in it.</returns>
    public static ActivityContext Parse(string? text) => ActivityContext.TryParse(text, traceState: null, isRemote: true, out var context) ? context : default;

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

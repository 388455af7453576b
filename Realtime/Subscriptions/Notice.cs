using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <summary>Something to be told of a topic. It is written once, however many are told.</summary>
internal sealed class Notice
{
    // About what surrounds the data.
    private const int Overhead = 200;

    // Of thousands who are told the same, a trace need not have all.
    private const int MostTraced = 10;

    private readonly string _epoch;
    private readonly ChangeEvent? _change;
    private readonly string? _from;
    private readonly string? _reason;
    private string? _id;
    private byte[]? _json;
    private byte[]? _message;
    private int _traced;

    private Notice(string epoch, string topic, ChangePosition position, ChangeEvent? change, int skipped, string? from, string? reason) =>
        (_epoch, Topic, Position, _change, Skipped, _from, _reason) = (epoch, topic, position, change, skipped, from, reason);

    /// <summary>A change.</summary>
    internal static Notice Of(string epoch, string topic, ChangeEvent change, int skipped = 0, bool isLive = false) => new(epoch, topic, change.Id, change, skipped, null, null) { LiveSince = isLive ? change.At : null };

    /// <summary>What is after <paramref name="from"/> up to <paramref name="to"/> is not told.</summary>
    /// <param name="epoch">The history of <paramref name="to"/>.</param>
    /// <param name="topic">Of what it would have been.</param>
    /// <param name="from">Up to there everything was told: an id, perhaps of another history.</param>
    /// <param name="to">After it everything is told again.</param>
    /// <param name="reason">One of <see cref="GapReason"/>.</param>
    internal static Notice Gap(string epoch, string topic, string from, ChangePosition to, string reason) => new(epoch, topic, to, null, 0, from, reason);

    /// <summary>Nothing more happened up to a position: by server-sent events it is told with the signs of life.</summary>
    internal static Notice Place(string epoch, ChangePosition position) => new(epoch, "", position, null, 0, null, null);

    internal string Topic { get; }

    /// <summary>Who has been told it has all up to here.</summary>
    internal ChangePosition Position { get; }

    /// <summary><see cref="Position"/> as clients read it.</summary>
    internal string Id => _id ??= ResumePoint.Id(_epoch, Position);

    /// <summary>How many before it are left out, each of which it makes out of date.</summary>
    internal int Skipped { get; }

    /// <summary>When it was committed, where it is told as soon as it is known; null for the past, and for what is held back on purpose.</summary>
    internal DateTimeOffset? LiveSince { get; private init; }

    internal bool IsGap => _reason is not null;

    /// <summary>Whether something changed; else it is a gap, or says only that nothing did.</summary>
    internal bool IsChange => _change is not null;

    /// <summary>Why there is a gap; null for a change.</summary>
    internal string? Reason => _reason;

    /// <summary>Where the gap begins.</summary>
    internal string? From => _from;

    /// <summary>The span to which it belongs that it is told; none as well once enough were told that are traced.</summary>
    internal ActivityContext TakeTrace() => _change is { Trace: var trace } && trace != default && Interlocked.Increment(ref _traced) <= MostTraced ? trace : default;

    /// <summary>About what it takes.</summary>
    internal int Size => Overhead + (_change?.Data.Length ?? 0);

    /// <summary>Its name among what the server says: <c>change</c> or <c>gap</c>.</summary>
    internal string Kind => IsGap ? "gap" : "change";

    /// <summary>What it says, in JSON. Two threads may write it at once; they write the same.</summary>
    internal ReadOnlyMemory<byte> Json => _json ??= Write();

    /// <summary>The same as a message of SignalR's JSON protocol.</summary>
    internal ReadOnlyMemory<byte> Message => _message ??= [.. "{\"type\":1,\"target\":\""u8, .. IsGap ? "gap"u8 : "change"u8, .. "\",\"arguments\":["u8, .. Json.Span, .. "]}"u8, 0x1e];

    /// <summary>The same change, in place of more that were before it.</summary>
    internal Notice InPlaceOf(Notice older) => new(_epoch, Topic, Position, _change, Skipped + older.Skipped + 1, null, null);

    /// <summary>A gap in place of this and what was before it.</summary>
    internal Notice GapUpTo(string topic, string from, string reason) => Gap(_epoch, topic, from, Position, reason);

    private byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>(Size);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            if (_change is null)
            {
                writer.WriteString("topic"u8, Topic);
                writer.WriteString("from"u8, _from);
                // Where it ends: nowhere, when nothing more is told.
                writer.WriteString("to"u8, _reason == GapReason.Revoked ? null : Id);
                writer.WriteString("reason"u8, _reason);
            }
            else
            {
                writer.WriteString("id"u8, Id);
                writer.WriteString("topic"u8, Topic);
                writer.WriteString("op"u8, _change.Operation);
                writer.WriteString("at"u8, _change.At);
                writer.WritePropertyName("data"u8);
                writer.WriteRawValue(_change.Data.Span, skipInputValidation: true);
                writer.WriteString("lsn"u8, ResumePoint.StateWith(Position));
                if (Skipped > 0)
                {
                    writer.WriteNumber("skipped"u8, Skipped);
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

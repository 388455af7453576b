using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Analytics.Events;

/// <summary>What happened, as the event store keeps it.</summary>
/// <param name="Id">The change's: the same whenever it is delivered, so that a repetition is known.</param>
/// <param name="Stream">What it happened to, such as <c>product:{id}</c>; events of one stream are in the order of their positions.</param>
/// <param name="Type">What happened, such as <c>product.updated</c>.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Position">Its place among all events: of two, the later has the greater, compared as text.</param>
/// <param name="Data">What is told of it.</param>
/// <param name="Revision">How often it was put right by the database after it was stored: 0 when never, and then it is not written.</param>
internal sealed record AnalyticsEvent(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("stream")] string Stream,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("position")] string Position,
    [property: JsonPropertyName("data")] JsonElement Data,
    [property: JsonPropertyName("revision"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Revision = 0)
{
    /// <summary>The span to which belongs what is done with it; it is not kept.</summary>
    [JsonIgnore]
    internal ActivityContext Trace { get; init; }

    /// <summary>Of one length: the commit's position in hexadecimal, then whether it is of the stream or of a snapshot, then the number.</summary>
    internal static string PositionOf(Platform.ChangeStream.EventId id) => $"{(ulong)id.CommitLsn:x16}-{(id.IsRead ? 0 : 1)}-{id.Sequence:x8}";
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Analytics.Events;

namespace Platform.Analytics.Ingest;

/// <summary>An event that Cosmos DB refuses, or that follows one in its stream.</summary>
/// <param name="Id">The event's.</param>
/// <param name="Stream">The event's.</param>
/// <param name="Type">The event's.</param>
/// <param name="At">When it happened.</param>
/// <param name="Position">The event's.</param>
/// <param name="ParkedAt">When it was parked.</param>
/// <param name="Reason">Why Cosmos DB refuses it; null of one that waits for those before it.</param>
/// <param name="Data">The event's, as text; null where it is too much to be kept.</param>
internal sealed record ParkedEvent(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("stream")] string Stream,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("position")] string Position,
    [property: JsonPropertyName("parkedAt")] DateTimeOffset ParkedAt,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("data")] string? Data)
{
    /// <summary>The event again; one whose data was too much to be kept even here is without it, until reconciliation has repaired it from its row.</summary>
    internal AnalyticsEvent ToEvent() => new(Id, Stream, Type, At, Position, JsonSerializer.Deserialize<JsonElement>(Data ?? "{}"));
}

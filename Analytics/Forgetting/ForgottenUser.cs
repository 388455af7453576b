using System.Text.Json.Serialization;

namespace Platform.Analytics.Forgetting;

/// <summary>Somebody who asked to be forgotten, and the receipt for it.</summary>
/// <param name="Id">The number that the account had. Nothing else here says who it was.</param>
/// <param name="AskedAt">When it was asked.</param>
/// <param name="Position">Where among all events: whatever follows that still says whose it is, is kept without that.</param>
/// <param name="Found">What there was when it began to be removed; null until then.</param>
/// <param name="Left">What a query found after the removal; null until then. All zero when <paramref name="DoneAt"/> is set.</param>
/// <param name="DoneAt">When a query found nothing any more.</param>
/// <param name="ETag">Cosmos DB's version of it.</param>
internal sealed record ForgottenUser(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("askedAt")] DateTimeOffset AskedAt,
    [property: JsonPropertyName("position")] string Position,
    [property: JsonPropertyName("found")] Traces? Found = null,
    [property: JsonPropertyName("left")] Traces? Left = null,
    [property: JsonPropertyName("doneAt")] DateTimeOffset? DoneAt = null,
    [property: JsonPropertyName("_etag"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ETag = null);

/// <summary>How many items say whose they are, by what they are.</summary>
/// <param name="Events">Events of the user's own stream. They are removed.</param>
/// <param name="Mentions">Events of orders and books that the user had a part in. They stay, without the user.</param>
/// <param name="Parked">Events that wait to be looked at. As above.</param>
/// <param name="Histories">In each generation of projections, one. They are emptied, by the projectors.</param>
/// <param name="Orders">What projections know of orders. It stays, without the user.</param>
/// <param name="Vectors">The reader's vector. It is removed.</param>
internal sealed record Traces(
    [property: JsonPropertyName("events")] int Events,
    [property: JsonPropertyName("mentions")] int Mentions,
    [property: JsonPropertyName("parked")] int Parked,
    [property: JsonPropertyName("histories")] int Histories,
    [property: JsonPropertyName("orders")] int Orders,
    [property: JsonPropertyName("vectors")] int Vectors)
{
    /// <summary>Nothing at all.</summary>
    internal static readonly Traces None = new(0, 0, 0, 0, 0, 0);
}

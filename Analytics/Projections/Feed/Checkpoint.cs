using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Feed;

/// <summary>How far a generation of projections is.</summary>
/// <param name="Id">See <see cref="IdOf"/>.</param>
/// <param name="Page">How many pages are done; the next one has the next number.</param>
/// <param name="Ranges">Of each range of the feed, how far it is done.</param>
/// <param name="Next">
/// What the next page is, once it is begun: until it is done it stays the same part of the feed, whoever does it and however often.
/// </param>
/// <param name="Events">How many events are done.</param>
/// <param name="Position">The greatest position among them.</param>
/// <param name="Since">When the generation was begun, in seconds by Cosmos DB's clock.</param>
/// <param name="StoredAt">When this was written, by the same clock.</param>
/// <param name="ETag">Cosmos DB's version of it.</param>
internal sealed record Checkpoint(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("page")] long Page,
    [property: JsonPropertyName("ranges")] IReadOnlyList<RangeCheckpoint> Ranges,
    [property: JsonPropertyName("next"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NextPage? Next = null,
    [property: JsonPropertyName("events")] long Events = 0,
    [property: JsonPropertyName("position")] string Position = "",
    [property: JsonPropertyName("since"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Since = null,
    [property: JsonPropertyName("_ts"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long StoredAt = 0,
    [property: JsonPropertyName("_etag"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ETag = null)
{
    internal static string IdOf(int generation) => FormattableString.Invariant($"checkpoint-{generation}");
}

/// <summary>How far one range of the feed is done.</summary>
internal sealed record RangeCheckpoint(string Range, FeedPlace Done);

/// <summary>A page that is begun.</summary>
/// <param name="Range">The place of its range among all.</param>
/// <param name="Until">Where it ends.</param>
internal sealed record NextPage(int Range, FeedPlace Until);

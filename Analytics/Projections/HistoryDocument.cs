using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections;

/// <summary>A <see cref="ReaderHistory"/> as it is stored.</summary>
/// <param name="Id">The reader's.</param>
/// <param name="User">The same: the partition key.</param>
/// <param name="Applied">The place in the feed of events up to which it is complete.</param>
/// <param name="AsOf">The position of the last event that is in it.</param>
/// <param name="Books">By book.</param>
internal sealed record HistoryDocument(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("user")] string User,
    [property: JsonPropertyName("applied")] long Applied,
    [property: JsonPropertyName("asOf")] string AsOf,
    [property: JsonPropertyName("books")] Dictionary<Guid, HistoryEntry> Books);

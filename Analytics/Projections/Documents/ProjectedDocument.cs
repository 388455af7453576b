using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Documents;

/// <summary>
/// A document that events are added to. It has in it up to where they are: written together, the one is never without the other,
/// and what is added again after a crash is not counted again.
/// </summary>
internal abstract class ProjectedDocument
{
    [JsonPropertyName("id")]
    public string Id { get; init; } = "";

    /// <summary>The last page of the feed that is in it.</summary>
    [JsonPropertyName("page")]
    public long Page { get; set; }

    /// <summary>Seconds that it is kept; null for ever.</summary>
    [JsonPropertyName("ttl"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeToLive { get; set; }

    /// <summary>Cosmos DB's version of it; null when it is not stored yet.</summary>
    [JsonPropertyName("_etag"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    /// <summary>The value of the partition key.</summary>
    [JsonIgnore]
    internal abstract string Partition { get; }

    /// <summary>Called before it is written.</summary>
    /// <param name="now">By the clock.</param>
    /// <returns>False when nobody would want it any more: it is not written then.</returns>
    internal virtual bool IsKept(DateTimeOffset now) => true;

    /// <summary>Has it expire at a moment.</summary>
    /// <returns>False when that is over.</returns>
    protected bool KeepUntil(DateTimeOffset end, DateTimeOffset now)
    {
        TimeToLive = (int)Math.Min((end - now).TotalSeconds, int.MaxValue);
        return TimeToLive > 0;
    }
}

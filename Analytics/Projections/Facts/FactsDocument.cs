using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Facts;

/// <summary>
/// What has to be known of one thing to understand events of others. What it was before its last change is kept: if the page
/// with that change has to be done again after a crash, it is done with what was known the first time.
/// </summary>
/// <typeparam name="T">What is known.</typeparam>
/// <param name="Id">Always <see cref="TheId"/>: it is beside what is counted of the thing.</param>
/// <param name="Subject">The thing; the partition key.</param>
/// <param name="Page">The page of the feed that changed it last.</param>
/// <param name="Now">What is known since then.</param>
/// <param name="Before">What was known until then; null when nothing was.</param>
/// <param name="ETag">Cosmos DB's version of it; null when it is not stored yet.</param>
internal sealed record FactsDocument<T>(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("page")] long Page,
    [property: JsonPropertyName("now")] T Now,
    [property: JsonPropertyName("before")] T? Before,
    [property: JsonPropertyName("_etag"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ETag = null)
    where T : class
{
    internal const string TheId = "facts";
}

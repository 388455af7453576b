namespace Platform.Emulators.Cosmos.Http;

/// <summary>The names of the service's own headers.</summary>
internal static class Headers
{
    internal const string ActivityId = "x-ms-activity-id";
    internal const string Continuation = "x-ms-continuation";
    internal const string Date = "x-ms-date";
    internal const string IsBatch = "x-ms-cosmos-is-batch-request";
    internal const string IsBatchAtomic = "x-ms-cosmos-batch-atomic";
    internal const string IsQuery = "x-ms-documentdb-isquery";
    internal const string IsQueryPlan = "x-ms-cosmos-is-query-plan-request";
    internal const string IsUpsert = "x-ms-documentdb-is-upsert";
    internal const string ItemCount = "x-ms-item-count";
    internal const string MaxItemCount = "x-ms-max-item-count";
    internal const string PartitionKey = "x-ms-documentdb-partitionkey";
    internal const string RequestCharge = "x-ms-request-charge";
    internal const string RequiresDistribution = "x-ms-cosmos-query-requiresdistribution";
    internal const string RetryAfter = "x-ms-retry-after-ms";
    internal const string SessionToken = "x-ms-session-token";
    internal const string StartEffectiveKey = "x-ms-start-epk";
    internal const string SubStatus = "x-ms-substatus";

    internal static bool Is(this IHeaderDictionary headers, string name) => string.Equals(headers[name], "True", StringComparison.OrdinalIgnoreCase);
}

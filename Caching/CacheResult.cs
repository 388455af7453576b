namespace Platform.Caching;

/// <summary>A value and how it was come by.</summary>
/// <param name="Value">The value; null where the source has none.</param>
/// <param name="Level">Where it came from.</param>
/// <param name="Age">Since it was loaded from the source; zero when it just was.</param>
/// <param name="Ttl">How long it stays fresh; zero when it is stale or was not cached.</param>
/// <param name="IsStale">Whether its time was up and it is served because the source failed.</param>
public readonly record struct CacheResult<T>(T Value, CacheLevel Level, TimeSpan Age, TimeSpan Ttl, bool IsStale);

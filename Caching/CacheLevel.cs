namespace Platform.Caching;

/// <summary>Where an answer came from.</summary>
public enum CacheLevel
{
    /// <summary>Loaded from the source.</summary>
    Source,

    /// <summary>From this process' memory (L1).</summary>
    Memory,

    /// <summary>From Redis (L2).</summary>
    Redis,
}

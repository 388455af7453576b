namespace Platform.Caching;

/// <summary>What one process' cache has done for a family since it started, and what its memory holds of it.</summary>
/// <param name="Family">The family's name.</param>
/// <param name="MemoryHits">Answers from memory.</param>
/// <param name="RedisHits">Answers from Redis.</param>
/// <param name="Misses">Answers that had to be loaded, or waited for a load.</param>
/// <param name="Entries">Values in memory.</param>
/// <param name="Bytes">Their size in memory.</param>
public sealed record CacheFamilyStatistics(string Family, long MemoryHits, long RedisHits, long Misses, long Entries, long Bytes)
{
    /// <summary>Hits as a share of all answers; null before the first.</summary>
    public double? HitRatio => MemoryHits + RedisHits + Misses is > 0 and var all ? (double)(MemoryHits + RedisHits) / all : null;
}

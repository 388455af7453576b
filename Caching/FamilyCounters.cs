using System.Diagnostics.Metrics;

namespace Platform.Caching;

/// <summary>What the cache has done for one family since the process started. Each method counts one event.</summary>
internal sealed class FamilyCounters
{
    private readonly StripedCounters _counts = new();
    private readonly Histogram<double> _loadDuration;
    private readonly KeyValuePair<string, object?> _tag;

    public FamilyCounters(string family, Histogram<double> loadDuration)
    {
        Family = family;
        _loadDuration = loadDuration;
        _tag = new("family", family);
    }

    private enum Kind
    {
        MemoryHit,
        RedisHit,
        Miss,
        StaleServed,
        AuditFresh,
        AuditStale,
    }

    public string Family { get; }

    public long MemoryHits => _counts.Sum((int)Kind.MemoryHit);

    public long RedisHits => _counts.Sum((int)Kind.RedisHit);

    public long Misses => _counts.Sum((int)Kind.Miss);

    public long StaleServings => _counts.Sum((int)Kind.StaleServed);

    public long AuditsFresh => _counts.Sum((int)Kind.AuditFresh);

    public long AuditsStale => _counts.Sum((int)Kind.AuditStale);

    /// <summary>Answered from memory.</summary>
    public void MemoryHit() => _counts.Increment((int)Kind.MemoryHit);

    /// <summary>Answered from Redis.</summary>
    public void RedisHit() => _counts.Increment((int)Kind.RedisHit);

    /// <summary>Had to be loaded, or waited for a load.</summary>
    public void Miss() => _counts.Increment((int)Kind.Miss);

    /// <summary>Answered with a value whose time was up, because its load failed.</summary>
    public void StaleServed() => _counts.Increment((int)Kind.StaleServed);

    /// <summary>A load ended, well or not.</summary>
    public void LoadTook(TimeSpan duration) => _loadDuration.Record(duration.TotalSeconds, _tag);

    /// <summary>A cached value was compared with its source.</summary>
    public void Audited(bool isStale) => _counts.Increment((int)(isStale ? Kind.AuditStale : Kind.AuditFresh));
}

namespace Platform.Caching;

/// <summary>How the values of one family of keys are cached. A family is what metrics and limits go by.</summary>
public sealed class CachePolicy
{
    /// <summary>The most tags that a value may have: each hit looks at all of them.</summary>
    public const int MaxTags = 1000;

    /// <summary>The family's name, as in metrics.</summary>
    /// <value>1 to 40 lower-case letters, digits and <c>_</c>.</value>
    public required string Family { get; init; }

    /// <summary>How long a value is fresh, and how long Redis keeps it.</summary>
    /// <value>1 second to 30 days.</value>
    public required TimeSpan Ttl { get; init; }

    /// <summary>How long this process' memory keeps a value before it asks Redis again.</summary>
    /// <value>Zero, which keeps nothing in memory, to <see cref="Ttl"/>; 1 minute, or <see cref="Ttl"/> when that is less, by default.</value>
    public TimeSpan? MemoryTtl { get; init; }

    /// <summary>How long "there is none" (a load that returned null) is fresh.</summary>
    /// <value>Null, the default, for: not cached. Otherwise up to <see cref="Ttl"/>.</value>
    public TimeSpan? NegativeTtl { get; init; }

    /// <summary>How long after its time a value may still be served when its load fails.</summary>
    /// <value>Zero, the default, to 1 day.</value>
    public TimeSpan StaleIfError { get; init; }

    /// <summary>By how much each value's times are shortened at random, so that values stored together do not end together.</summary>
    /// <value>0 to 0.5 of the time; 0.1 by default.</value>
    public double Jitter { get; init; } = 0.1;

    /// <summary>The part of its time after which a value that is asked for is loaded anew in the background.</summary>
    /// <value>0.5 to 1, which turns it off; 0.8 by default.</value>
    public double EagerRefresh { get; init; } = 0.8;

    /// <summary>How long a load may take before it fails with <see cref="TimeoutException"/>.</summary>
    /// <value>10 milliseconds to 5 minutes; 10 seconds by default.</value>
    public TimeSpan LoadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether one process at a time loads a value, and the others wait for what it stores.</summary>
    public bool SingleLoadInCluster { get; init; }

    /// <summary>The share of hits that are compared with the source in the background.</summary>
    /// <value>0, which turns the audit off, to 1; 0.001 by default.</value>
    public double AuditRate { get; init; } = 0.001;

    /// <summary>How much of the memory no other family can take from this one.</summary>
    /// <value>In bytes; 0 by default. The floors of all families together are at most half of the memory.</value>
    public long MemoryFloor { get; init; }

    /// <summary>The groups that a value belongs to; asked after the load, so that they may depend on it.</summary>
    /// <value>Given the key and the value, which may be null. Null, the default, for none. A value with more than <see cref="MaxTags"/> is not cached.</value>
    public Func<CacheKey, object?, IEnumerable<CacheTag>>? Tags { get; init; }
}

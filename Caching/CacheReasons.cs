namespace Platform.Caching;

/// <summary>Why a loaded value was not stored; <c>reason</c> of <c>cache_fill_rejected_total</c>, in snake_case.</summary>
internal enum FillRejection
{
    /// <summary>Redis knew of an invalidation of its key or tags since its load began.</summary>
    Invalidated,

    /// <summary>This process did.</summary>
    InvalidatedLocally,

    /// <summary>Redis lost its fence, by a flush or a failover, since its load began.</summary>
    FenceLost,
}

/// <summary>What went wrong in the cache; <c>reason</c> of <c>cache_errors_total</c>, in snake_case.</summary>
internal enum CacheError
{
    /// <summary>A key over <see cref="CacheKey.MaxBytes"/>: its value is loaded every time.</summary>
    KeyTooLong,

    /// <summary>An empty key, or one with control characters: its value is loaded every time.</summary>
    InvalidKey,

    /// <summary>A policy out of its ranges: its values are loaded every time.</summary>
    InvalidPolicy,

    /// <summary>A message on the cache's channel that no node sends.</summary>
    MalformedMessage,

    /// <summary>A value with more than <see cref="CachePolicy.MaxTags"/> tags: it is loaded every time.</summary>
    TooManyTags,

    /// <summary>A value over <see cref="CacheOptions.MaxValueBytes"/>: it is loaded every time.</summary>
    ValueTooLarge,

    /// <summary>A value that cannot be written: it is kept in memory only.</summary>
    NotSerializable,

    /// <summary>Damaged bytes in Redis: a miss, and replaced.</summary>
    Corrupt,

    /// <summary>Bytes of another version of the type: a miss, and replaced.</summary>
    OtherVersion,

    /// <summary>Redis took longer than <see cref="CacheOptions.RedisBudget"/>.</summary>
    RedisTimeout,

    /// <summary>Redis could not be reached, or answered with an error.</summary>
    RedisUnavailable,

    /// <summary>Invalidations of other processes were missed, or may have been: the memory was emptied.</summary>
    MissedInvalidation,

    /// <summary>A load failed, in time or not.</summary>
    LoadFailed,

    /// <summary>A hit was to be audited, but too many audits were waiting.</summary>
    AuditDropped,

    /// <summary>An audit's own load failed.</summary>
    AuditFailed,
}

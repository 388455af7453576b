using Platform.Caching.Memory;

namespace Platform.Caching;

/// <summary>A policy in use: with its counters, its share of the memory, and its times as a manager's clock counts them.</summary>
internal sealed class CacheFamily
{
    private static readonly TimeSpan UsualMemoryTtl = TimeSpan.FromMinutes(1);

    private const int AuditPauseMilliseconds = 100;

    private readonly int _auditEvery;
    private int _hitsToAudit;
    private long _nextAuditAt;

    internal CacheFamily(CachePolicy policy, MemoryFamily memory, FamilyCounters counters, bool hasMemory)
    {
        (Policy, Memory, Counters) = (policy, memory, counters);
        MemoryTtl = hasMemory ? policy.MemoryTtl ?? (policy.Ttl < UsualMemoryTtl ? policy.Ttl : UsualMemoryTtl) : TimeSpan.Zero;
        _auditEvery = policy.AuditRate <= 0 ? 0 : (int)Math.Min(int.MaxValue, Math.Round(1 / policy.AuditRate));
        _hitsToAudit = _auditEvery;
    }

    internal CachePolicy Policy { get; }

    internal MemoryFamily Memory { get; }

    internal FamilyCounters Counters { get; }

    internal TimeSpan MemoryTtl { get; }

    /// <summary>
    /// Whether this hit is one to be compared with the source: one in so many, and not more than ten in a second, however
    /// many hits there are: the audit must not become the source's load. Two threads may count as one.
    /// </summary>
    internal bool IsAudited()
    {
        if (_auditEvery == 0 || --_hitsToAudit > 0)
        {
            return false;
        }

        _hitsToAudit = _auditEvery;
        var now = Environment.TickCount64;
        if (now < _nextAuditAt && _auditEvery > 1)
        {
            return false;
        }

        _nextAuditAt = now + AuditPauseMilliseconds;
        return true;
    }

    /// <summary>How long a value that was just loaded is fresh; null when it is not to be cached.</summary>
    internal TimeSpan? FreshFor(object? value) =>
        value is null ? Policy.NegativeTtl is { } negative ? Jittered(negative) : null : Jittered(Policy.Ttl);

    internal TimeSpan Jittered(TimeSpan time) => time * (1 - (Policy.Jitter * Random.Shared.NextDouble()));

    /// <summary>The slots that a value depends on: first its key's, then its tags'.</summary>
    internal int[] SlotsOf(CacheKey key, object? value)
    {
        return Policy.Tags is { } tags
            ? [FenceSlots.OfKey(key), .. tags(key, value).Select(FenceSlots.OfTag).Distinct()]
            : [FenceSlots.OfKey(key)];
    }

    /// <summary>What is wrong with a policy, as a sentence; null when it is usable.</summary>
    internal static string? Problem(CachePolicy policy)
    {
        var name = $"Cache policy {policy.Family}";
        if (policy.Family is not { Length: > 0 and <= 40 } || policy.Family.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '_')))
            return $"{name}: Family must be 1 to 40 lower-case letters, digits or _.";
        if (policy.Ttl < TimeSpan.FromSeconds(1) || policy.Ttl > TimeSpan.FromDays(30))
            return $"{name}: Ttl must be 1 second to 30 days.";
        if (policy.MemoryTtl < TimeSpan.Zero || policy.MemoryTtl > policy.Ttl)
            return $"{name}: MemoryTtl must be zero to Ttl.";
        if (policy.NegativeTtl <= TimeSpan.Zero || policy.NegativeTtl > policy.Ttl)
            return $"{name}: NegativeTtl must be more than zero, and at most Ttl.";
        if (policy.StaleIfError < TimeSpan.Zero || policy.StaleIfError > TimeSpan.FromDays(1))
            return $"{name}: StaleIfError must be zero to 1 day.";
        if (policy.Jitter is not (>= 0 and <= 0.5))
            return $"{name}: Jitter must be 0 to 0.5.";
        if (policy.EagerRefresh is not (>= 0.5 and <= 1))
            return $"{name}: EagerRefresh must be 0.5 to 1.";
        if (policy.LoadTimeout < TimeSpan.FromMilliseconds(10) || policy.LoadTimeout > TimeSpan.FromMinutes(5))
            return $"{name}: LoadTimeout must be 10 milliseconds to 5 minutes.";
        if (policy.AuditRate is not (>= 0 and <= 1))
            return $"{name}: AuditRate must be 0 to 1.";
        return policy.MemoryFloor < 0 ? $"{name}: MemoryFloor must not be negative." : null;
    }
}

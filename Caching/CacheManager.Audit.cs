using Platform.Caching.Memory;

namespace Platform.Caching;

// A sample of hits is held against the source.
public sealed partial class CacheManager
{
    private readonly StalenessAudit _audit;

    private void Audit<TState, T>(CacheKey key, T value, MemoryEntry entry, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family)
    {
        // What is served for want of anything better, and what is served in an outage, is known to be old.
        if (!entry.IsStale && _redis.UnusableSince == 0)
        {
            _audit.Offer(family.Counters, value, FormatOf<T>(), stop => new(LoadAsync(state, load, family, _time.GetTimestamp()).AsTask().WaitAsync(stop)),
                () => _redis.UnusableSince == 0 && TryHit<T>(key, _time.GetTimestamp(), out var current, out _) && current == entry);
        }
    }
}

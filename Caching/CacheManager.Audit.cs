using Platform.Caching.Memory;

namespace Platform.Caching;

// A sample of hits is held against the source.
public sealed partial class CacheManager
{
    private readonly StalenessAudit _audit;

    private void Audit<TState, T>(CacheKey key, T value, MemoryEntry entry, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family) =>
        _audit.Offer(family.Counters, value, FormatOf<T>(), _ => LoadAsync(state, load, family, _time.GetTimestamp()), () => IsCurrent(key, entry));

    private bool IsCurrent(CacheKey key, MemoryEntry entry) =>
        _memory.TryGet(key.Value, out var now) && now == entry && !_fence.IsInvalidatedSince(entry.Fence, entry.TagSlots);
}

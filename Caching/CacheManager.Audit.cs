using Platform.Caching.Memory;

namespace Platform.Caching;

public sealed partial class CacheManager
{
    private static void Audit<TState, T>(CacheKey key, T value, MemoryEntry entry, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family)
    {
    }
}

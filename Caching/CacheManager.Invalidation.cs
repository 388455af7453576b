namespace Platform.Caching;

// What a writer calls after its commit, and what is heard of other processes' writers.
public sealed partial class CacheManager
{
    /// <summary>
    /// Makes every cached value of these keys and tags unread from now on, on this process when it returns and on the others
    /// as soon as they hear of it. Call it after the commit that changed them; repeating it is safe. It never fails: what
    /// Redis could not be told is told when it is back, and until then this process does not trust Redis.
    /// </summary>
    /// <param name="keys">Whose values have changed.</param>
    /// <param name="tags">Whose members have changed.</param>
    /// <param name="seen">Taken after the commit: which commits this covers. Without it, whoever repairs the cache repeats it.</param>
    public async ValueTask InvalidateAsync(IReadOnlyCollection<CacheKey> keys, IReadOnlyCollection<CacheTag> tags, SeenCommits? seen = null)
    {
        CacheKey[] cached = [.. keys.Where(IsCacheable).Distinct()];
        int[] slots = [.. cached.Select(FenceSlots.OfKey), .. tags.Select(FenceSlots.OfTag)];
        if (slots.Length == 0)
        {
            return;
        }

        // Before, so that no reader waits for Redis to be rid of the old value, and again after: in between a reader may
        // have got it from Redis once more.
        InvalidateMemory(cached, slots);
        await _redis.InvalidateAsync(cached, slots, seen).ConfigureAwait(false);
        InvalidateMemory(cached, slots);
    }

    /// <summary>Makes everything that is cached unread, on every process.</summary>
    /// <param name="seen">Which commits this covers.</param>
    public async ValueTask InvalidateAllAsync(SeenCommits? seen = null)
    {
        OnInvalidationsMissed();
        await _redis.InvalidateAllAsync(seen).ConfigureAwait(false);
        OnInvalidationsMissed();
    }

    private void OnInvalidationsMissed() => _fence.InvalidateAll(() =>
    {
        _loads.Clear();
        _memory.Clear();
    });

    private void InvalidateMemory(CacheKey[] keys, int[] slots)
    {
        foreach (var key in keys)
        {
            if (_options.Fenced)
            {
                _fence.InvalidateKey(FenceSlots.OfKey(key), (Cache: this, key), static one => one.Cache._memory.Remove(one.key.Value));
            }
            else
            {
                _memory.Remove(key.Value);
            }

            // Whoever asks from now on gets a load that began from now on.
            _loads.TryRemove(key.Value, out _);
        }

        foreach (var slot in slots)
        {
            if (FenceSlots.IsTag(slot))
            {
                _fence.InvalidateTag(slot);
            }
        }
    }
}

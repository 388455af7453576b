using Platform.Caching.Memory;

namespace Platform.Caching;

// What readers get when a load fails.
public sealed partial class CacheManager
{
    // A load that failed is tried again so often, in the background, while there is a value to be served instead.
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Ends a load that failed: with a value whose time is up, where the policy has one served, or with the error.</summary>
    private async ValueTask FailAsync<T>(CacheKey key, CacheFamily family, PendingLoad<T> pending, Exception error)
    {
        Loaded<T>? instead = null;
        try
        {
            instead = await FindInsteadAsync<T>(key, family, pending.Began).ConfigureAwait(false);
        }
        finally
        {
            // Before those who wait know: whoever tries again at once is not to meet this failure again.
            Forget(key, pending);
            // Whatever went wrong: those who wait must not wait for ever.
            if (instead is null)
            {
                pending.Fail(error);
            }
            else
            {
                pending.Complete(instead);
            }
        }
    }

    /// <summary>The last value that was known, when its time was up no longer ago than the policy allows and nothing invalidated it.</summary>
    private async ValueTask<Loaded<T>?> FindInsteadAsync<T>(CacheKey key, CacheFamily family, long began)
    {
        if (!_memory.TryGet(key.Value, out var entry) || entry.Value is not T || _time.GetTimestamp() >= entry.StaleUntil
            || _fence.IsInvalidatedSince(entry.Fence, entry.TagSlots))
        {
            entry = null;
        }

        // Another node may have had more luck, lately.
        if (family.Policy.StaleIfError > TimeSpan.Zero && _redis.Usable is { } mirror
            && await ReadRedisAsync<T>(key, family, mirror, began).ConfigureAwait(false) is { } found
            && (entry is null || found.Result.Age < Elapsed(_time.GetTimestamp() - entry.CreatedAt)))
        {
            if (found.Result.IsStale && family.MemoryTtl > TimeSpan.Zero)
            {
                KeepStale(key, family, found, began);
            }

            return found;
        }

        if (entry is null)
        {
            return null;
        }

        var now = _time.GetTimestamp();
        var again = entry.AfterFailure(now, now + Ticks(Retry));
        // Fills of one key come one at a time, so nothing newer is lost between the look and the fill.
        _fence.TryFill(FenceSlots.OfKey(key), entry.Fence, (_memory, entry, again), static fill =>
        {
            if (fill._memory.TryGet(fill.entry.Key, out var present) && ReferenceEquals(present, fill.entry))
            {
                fill._memory.Set(fill.again);
            }
        });
        return new Loaded<T>(Describe(again, (T)again.Value!, now), [FenceSlots.OfKey(key), .. again.TagSlots]);
    }

    private void KeepStale<T>(CacheKey key, CacheFamily family, Loaded<T> found, long began)
    {
        var now = _time.GetTimestamp();
        Keep(new MemoryEntry
        {
            Key = key.Value,
            Value = found.Result.Value,
            Family = family.Memory,
            Fence = began,
            TagSlots = found.Slots[1..],
            CreatedAt = now - Ticks(found.Result.Age),
            RefreshAt = now + Ticks(Retry),
            ExpiresAt = now + Ticks(found.StaleFor),
            StaleUntil = now + Ticks(found.StaleFor),
            IsStale = true,
        }, found.Slots[0]);
    }
}

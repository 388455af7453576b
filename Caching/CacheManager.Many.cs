namespace Platform.Caching;

// Many keys at once: one look into Redis for all, one load for all that are missing.
public sealed partial class CacheManager
{
    /// <summary>The values of many keys: one round trip to Redis, and one load for all that are missing.</summary>
    /// <param name="keys">Names the values; one that comes twice counts once.</param>
    /// <param name="load">Reads the missing ones, apart from the caller as in <see cref="GetOrCreateAsync{T}"/>. A key that its answer leaves out has no value.</param>
    /// <param name="policy">How the values are cached.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the load.</param>
    /// <returns>A value for each key; null, or the type's default, for those that have none.</returns>
    public async ValueTask<IReadOnlyDictionary<CacheKey, T?>> GetOrCreateManyAsync<T>(
        IReadOnlyCollection<CacheKey> keys, Func<IReadOnlyList<CacheKey>, CancellationToken, ValueTask<IReadOnlyDictionary<CacheKey, T>>> load,
        CachePolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(policy);
        var values = new Dictionary<CacheKey, T?>(keys.Count);
        if (FamilyOf(policy) is not { } family)
        {
            _telemetry.Error(CacheError.InvalidPolicy);
            await AddUncachedAsync([.. keys.Distinct()]).ConfigureAwait(false);
            return values;
        }

        var began = _fence.Now;
        var now = _time.GetTimestamp();
        var missing = new List<CacheKey>();
        foreach (var key in keys.Distinct())
        {
            // What is stale is loaded again here, not in the background: one load for all is what this is for.
            if (TryHit<T>(key, now, out var entry, out var hit) && !IsToBeTriedAgain(entry, now))
            {
                family.Counters.MemoryHit();
                if (entry.IsStale)
                {
                    family.Counters.StaleServed();
                }

                values[key] = hit;
            }
            else
            {
                missing.Add(key);
            }
        }

        var unnamed = missing.Where(key => !IsCacheable(key)).ToList();
        if (unnamed.Count > 0)
        {
            missing.RemoveAll(unnamed.Contains);
            await AddUncachedAsync(unnamed).ConfigureAwait(false);
        }

        if (missing.Count > 0 && _redis.Usable is { } mirror)
        {
            var stored = await _redis.GetAsync(missing).ConfigureAwait(false);
            for (var i = missing.Count - 1; i >= 0; i--)
            {
                if (Read<T>(missing[i], family, mirror, began, stored[i]) is { Result: { IsStale: false } found })
                {
                    family.Counters.RedisHit();
                    values[missing[i]] = found.Value;
                    missing.RemoveAt(i);
                }
            }
        }

        foreach (var (key, pending) in JoinMany(missing, load, family))
        {
            family.Counters.Miss();
            var loaded = await pending.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (pending.Began < began && _fence.IsInvalidatedSince(pending.Began, loaded.Slots))
            {
                // Joined a load that is too old for this read; the next one is not.
                Forget(key, pending);
                loaded = await JoinMany([key], load, family)[0].Pending.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            if (loaded.Result.IsStale)
            {
                family.Counters.StaleServed();
            }

            values[key] = loaded.Result.Value;
        }

        return values;

        async ValueTask AddUncachedAsync(IReadOnlyList<CacheKey> some)
        {
            var found = await load(some, cancellationToken).ConfigureAwait(false);
            foreach (var key in some)
            {
                values[key] = found.GetValueOrDefault(key);
            }
        }
    }

    private List<(CacheKey Key, PendingLoad<T> Pending)> JoinMany<T>(
        List<CacheKey> keys, Func<IReadOnlyList<CacheKey>, CancellationToken, ValueTask<IReadOnlyDictionary<CacheKey, T>>> load, CacheFamily family)
    {
        var all = new List<(CacheKey, PendingLoad<T>)>(keys.Count);
        var own = new List<(CacheKey Key, PendingLoad<T> Pending)>();
        foreach (var key in keys)
        {
            var mine = new PendingLoad<T>(_fence.Now);
            if (_loads.GetOrAdd(key.Value, mine) is PendingLoad<T> joined && joined != mine)
            {
                all.Add((key, joined));
            }
            else
            {
                own.Add((key, mine));
            }
        }

        all.AddRange(own);
        if (own.Count > 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunManyAsync(own, load, family), null);
        }

        return all;
    }

    private async Task RunManyAsync<T>(
        List<(CacheKey Key, PendingLoad<T> Pending)> own, Func<IReadOnlyList<CacheKey>, CancellationToken, ValueTask<IReadOnlyDictionary<CacheKey, T>>> load, CacheFamily family)
    {
        try
        {
            // Another load may have ended since memory was asked.
            var left = new List<(CacheKey Key, PendingLoad<T> Pending)>();
            foreach (var one in own)
            {
                if (FindInMemory<T>(one.Key) is { } hit)
                {
                    one.Pending.Complete(hit);
                }
                else
                {
                    left.Add(one);
                }
            }

            if (left.Count == 0)
            {
                return;
            }

            var mirror = _redis.Usable;
            var fence = mirror?.Heard ?? 0;
            var started = _time.GetTimestamp();
            CacheKey[] keys = [.. left.Select(one => one.Key)];
            var values = await LoadAsync((keys, load), static (all, token) => all.load(all.keys, token), family, started).ConfigureAwait(false);
            var fills = new List<Task>();
            foreach (var (key, pending) in left)
            {
                var value = values.GetValueOrDefault(key)!;
                var slots = family.SlotsOf(key, value);
                var fresh = FreshFor(family, value, slots);
                if (fresh is null)
                {
                    // Before its readers have it: what is not cached is no answer to who asks after them.
                    Forget(key, pending);
                }

                pending.Complete(new Loaded<T>(Remember(key, family, value, slots, pending.Began, started, fresh), slots));
                if (mirror is not null && fresh is not null)
                {
                    fills.Add(StoreAsync(key, family, value, slots, mirror, fence, started, fresh.Value, lease: "").AsTask());
                }
            }

            await Task.WhenAll(fills).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _telemetry.Error(CacheError.LoadFailed);
            await Task.WhenAll(own.Where(one => !one.Pending.Task.IsCompleted).Select(one => FailAsync(one.Key, family, one.Pending, error).AsTask())).ConfigureAwait(false);
        }
        finally
        {
            own.ForEach(one => Forget(one.Key, one.Pending));
        }
    }
}

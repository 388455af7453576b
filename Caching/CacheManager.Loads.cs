using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Platform.Caching.Memory;
using Platform.Caching.Redis;

namespace Platform.Caching;

// What happens when memory does not have a value: Redis, then one load for all who ask at that time.
[SuppressMessage("Design", "CA1031", Justification = "What a load throws is handed to those who wait for it.")]
public sealed partial class CacheManager
{
    private static readonly ActivitySource Activities = new("Platform.Caching");

    private readonly ConcurrentDictionary<string, PendingLoad> _loads = new(StringComparer.Ordinal);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheResult<T>> ReadSlowAsync<TState, T>(
        CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily? family, CancellationToken cancellationToken)
    {
        if (family is null || !IsCacheable(key))
        {
            if (family is null)
            {
                _telemetry.Error(CacheError.InvalidPolicy);
            }

            return Uncached(await load(state, cancellationToken).ConfigureAwait(false));
        }

        cancellationToken.ThrowIfCancellationRequested();
        // Before anything is read: what is invalidated from here on concerns this read, what was before does not.
        var began = _fence.Now;
        if (_redis.Usable is { } mirror
            && Read<T>(key, family, mirror, began, await _redis.GetAsync(key).ConfigureAwait(false)) is { Result: { IsStale: false } found })
        {
            family.Counters.RedisHit();
            if (!IsYoung(found, family))
            {
                Refresh(key, state, load, family);
            }

            if (family.IsAudited() && _memory.TryGet(key.Value, out var entry))
            {
                Audit(key, found.Value, entry, state, load, family);
            }

            return found;
        }

        family.Counters.Miss();
        while (true)
        {
            var pending = Join(key, state, load, family, isRefresh: false);
            var loaded = await pending.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            // A load that somebody began before an invalidation of a tag, which was over before this read began: its value
            // may be too old for this read, though not for those who were waiting. The next one is not.
            if (pending.Began >= began || !_fence.IsInvalidatedSince(pending.Began, loaded.Slots))
            {
                if (loaded.Result.IsStale)
                {
                    family.Counters.StaleServed();
                }

                return loaded.Result;
            }

            Forget(key, pending);
        }
    }

    private static CacheResult<T> Uncached<T>(T value) => new(value, CacheLevel.Source, TimeSpan.Zero, TimeSpan.Zero, false);

    private void Refresh<TState, T>(CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family) =>
        Join(key, state, load, family, isRefresh: true);

    private PendingLoad<T> Join<TState, T>(
        CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family, bool isRefresh)
    {
        var own = new PendingLoad<T>(_fence.Now);
        // Another type under one key is a mistake of the caller's; it gets a load of its own.
        if (_loads.GetOrAdd(key.Value, own) is PendingLoad<T> joined && joined != own)
        {
            return joined;
        }

        var parent = Activity.Current?.Context ?? default;
        // On the pool and without the caller's context: the load serves whoever asks, and outlives the one who came first.
        ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunAsync(own, key, state, load, family, isRefresh, parent), null);
        return own;
    }

    private void Forget(CacheKey key, PendingLoad load) => _loads.TryRemove(new KeyValuePair<string, PendingLoad>(key.Value, load));

    private async Task RunAsync<TState, T>(
        PendingLoad<T> pending, CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family, bool isRefresh, ActivityContext parent)
    {
        var lease = "";
        FenceMirror? mirror = null;
        try
        {
            using var activity = StartLoad(family, parent);
            if (await FindAgainAsync<T>(key, family, pending.Began, isRefresh).ConfigureAwait(false) is { } found)
            {
                pending.Complete(found);
                return;
            }

            mirror = _redis.Usable;
            if (family.Policy.SingleLoadInCluster && mirror is not null)
            {
                lease = Guid.CreateVersion7(_time.GetUtcNow()).ToString("N");
                if (await WaitForLeaseAsync<T>(key, family, mirror, pending.Began, isRefresh, lease).ConfigureAwait(false) is { } others)
                {
                    pending.Complete(others);
                    return;
                }
            }

            lease = await LoadAndKeepAsync(pending, key, state, load, family, mirror, lease).ConfigureAwait(false) ? "" : lease;
        }
        catch (Exception error)
        {
            if (isRefresh)
            {
                Log.BackgroundLoadFailed(_logger, family.Policy.Family, error);
            }

            _telemetry.Error(CacheError.LoadFailed);
            await FailAsync(key, family, pending, error).ConfigureAwait(false);
        }
        finally
        {
            Forget(key, pending);
            if (lease.Length > 0 && mirror is not null)
            {
                await _redis.ReleaseAsync(key, lease).ConfigureAwait(false);
            }
        }
    }

    private static Activity? StartLoad(CacheFamily family, ActivityContext parent) =>
        Activities.StartActivity("cache load", ActivityKind.Internal, parent)?.SetTag("cache.family", family.Policy.Family);

    /// <returns>Whether Redis was asked to store the value, and so was given back the lease.</returns>
    private async ValueTask<bool> LoadAndKeepAsync<TState, T>(
        PendingLoad<T> pending, CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family, FenceMirror? mirror, string lease)
    {
        // Taken before the load, like the time of this node's own fence: what is invalidated from now on, the value may lack.
        var fence = mirror?.Heard ?? 0;
        var started = _time.GetTimestamp();
        var value = await LoadAsync(state, load, family, started).ConfigureAwait(false);
        var slots = family.SlotsOf(key, value);
        var fresh = FreshFor(family, value, slots);
        if (fresh is null)
        {
            // Before its readers have it: what is not cached is no answer to who asks after them.
            Forget(key, pending);
        }

        pending.Complete(new Loaded<T>(Remember(key, family, value, slots, pending.Began, started, fresh), slots));
        return mirror is not null && fresh is not null && await StoreAsync(key, family, value, slots, mirror, fence, started, fresh.Value, lease).ConfigureAwait(false);
    }

    // Between this read's look and its turn another load may have ended. A refresh looks only at Redis, and only for what
    // another node has loaded since.
    private async ValueTask<Loaded<T>?> FindAgainAsync<T>(CacheKey key, CacheFamily family, long began, bool isRefresh)
    {
        if (!isRefresh && FindInMemory<T>(key) is { } hit)
        {
            return hit;
        }

        if ((!isRefresh && family.MemoryTtl > TimeSpan.Zero) || _redis.Usable is not { } mirror)
        {
            return null;
        }

        return await ReadRedisAsync<T>(key, family, mirror, began).ConfigureAwait(false) is { Result.IsStale: false } found && (!isRefresh || IsYoung(found.Result, family))
            ? found
            : null;
    }

    private Loaded<T>? FindInMemory<T>(CacheKey key)
    {
        var now = _time.GetTimestamp();
        return TryHit<T>(key, now, out var entry, out var value) && !IsToBeTriedAgain(entry, now)
            ? new Loaded<T>(Describe(entry, value, now), [FenceSlots.OfKey(key), .. entry.TagSlots])
            : null;
    }

    private static bool IsToBeTriedAgain(MemoryEntry entry, long now) => entry.IsStale && now >= entry.RefreshAt;

    private static bool IsYoung<T>(CacheResult<T> found, CacheFamily family) =>
        family.Policy.EagerRefresh >= 1 || found.Age < family.Policy.EagerRefresh * (found.Age + found.Ttl);

    private async ValueTask<T> LoadAsync<TState, T>(TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheFamily family, long started)
    {
        using var deadline = new CancellationTokenSource(family.Policy.LoadTimeout, _time);
        try
        {
            // The wait as well, and from another thread: a load that does not heed its token, or blocks, must not hold up
            // those who wait.
            return await Task.Run(() => load(state, deadline.Token).AsTask(), CancellationToken.None).WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"A value of family {family.Policy.Family} was not loaded within {family.Policy.LoadTimeout}.");
        }
        finally
        {
            family.Counters.LoadTook(_time.GetElapsedTime(started));
        }
    }

    /// <summary>How long a value that was just loaded is fresh; null when it is not to be cached.</summary>
    private TimeSpan? FreshFor(CacheFamily family, object? value, int[] slots)
    {
        if (slots.Length <= CachePolicy.MaxTags + 1)
        {
            return family.FreshFor(value);
        }

        // With some of them left out, an invalidation of those would leave it as it is.
        _telemetry.Error(CacheError.TooManyTags);
        return null;
    }

    /// <summary>Keeps a value in memory unless it was invalidated since <paramref name="began"/>.</summary>
    private CacheResult<T> Remember<T>(CacheKey key, CacheFamily family, T value, int[] slots, long began, long created, TimeSpan? fresh, CacheLevel level = CacheLevel.Source)
    {
        var now = _time.GetTimestamp();
        var age = Elapsed(now - created);
        if (fresh is null)
        {
            // What is there is not what the source says now, and must not come back when a load fails.
            _memory.Remove(key.Value);
        }

        var ttl = (fresh ?? TimeSpan.Zero) - age;
        if (ttl > TimeSpan.Zero && family.MemoryTtl > TimeSpan.Zero)
        {
            var memoryTtl = family.Jittered(family.MemoryTtl);
            memoryTtl = memoryTtl < ttl ? memoryTtl : ttl;
            Keep(new MemoryEntry
            {
                Key = key.Value,
                Value = value,
                Family = family.Memory,
                Fence = _options.Fenced ? began : _fence.Now,
                TagSlots = slots.Length == 1 ? [] : slots[1..],
                CreatedAt = created,
                RefreshAt = family.Policy.EagerRefresh >= 1 ? long.MaxValue : now + Ticks(memoryTtl * family.Policy.EagerRefresh),
                ExpiresAt = now + Ticks(memoryTtl),
                StaleUntil = family.Policy.StaleIfError > TimeSpan.Zero ? created + Ticks(fresh!.Value + family.Policy.StaleIfError) : now + Ticks(memoryTtl),
            }, slots[0]);
        }

        return new CacheResult<T>(value, level, level == CacheLevel.Source ? TimeSpan.Zero : age, ttl > TimeSpan.Zero ? ttl : TimeSpan.Zero, false);
    }

    private void Keep(MemoryEntry entry, int keySlot)
    {
        if (!_fence.TryFill(keySlot, entry.Fence, (_memory, entry), static fill => fill._memory.Set(fill.entry)))
        {
            _telemetry.FillRejected(FillRejection.InvalidatedLocally);
        }
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using Platform.Caching.Redis;

namespace Platform.Caching;

// The second level: what is read from it, what is stored in it.
public sealed partial class CacheManager
{
    // A process that dies with a lease makes the others wait this long, once.
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeaseLook = TimeSpan.FromMilliseconds(10);

    /// <summary>The value in bytes that Redis gave, when it can be used; in memory too, then, when it is fresh.</summary>
    private Loaded<T>? Read<T>(CacheKey key, CacheFamily family, FenceMirror mirror, long began, byte[]? bytes)
    {
        // Another mirror, or none: the bytes may have come from another server than the one that is known.
        if (bytes is null || _redis.Usable != mirror)
        {
            return null;
        }

        switch (FormatOf<T>().TryRead(bytes, out var header, out var value))
        {
            case EntryReadResult.Corrupt:
                _telemetry.Error(CacheError.Corrupt);
                Log.Corrupt(_logger, family.Policy.Family);
                return null;
            case EntryReadResult.OtherVersion:
                _telemetry.Error(CacheError.OtherVersion);
                return null;
        }

        if (_options.Fenced && !mirror.Trusts(header.Epoch, header.Fence, header.TagSlots))
        {
            return null;
        }

        var slots = new int[1 + header.TagSlots.Length];
        slots[0] = FenceSlots.OfKey(key);
        header.TagSlots.CopyTo(slots, 1);
        var age = TimeSpan.FromMilliseconds(Math.Max(0, RedisLink.RedisNow(mirror) - header.CreatedAt));
        var fresh = TimeSpan.FromMilliseconds(header.FreshMs);
        if (age >= fresh)
        {
            return age < fresh + family.Policy.StaleIfError
                ? new Loaded<T>(new CacheResult<T>(value!, CacheLevel.Redis, age, TimeSpan.Zero, true), slots, fresh + family.Policy.StaleIfError - age)
                : null;
        }

        var created = _time.GetTimestamp() - Ticks(age);
        return new Loaded<T>(Remember(key, family, value!, slots, began, created, fresh, CacheLevel.Redis), slots);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Loaded<T>?> ReadRedisAsync<T>(CacheKey key, CacheFamily family, FenceMirror mirror, long began) =>
        Read<T>(key, family, mirror, began, await _redis.GetAsync(key).ConfigureAwait(false));

    /// <returns>Whether Redis was asked to, and so was given back the lease.</returns>
    private async ValueTask<bool> StoreAsync<T>(
        CacheKey key, CacheFamily family, T value, int[] slots, FenceMirror mirror, long fence, long started, TimeSpan fresh, string lease)
    {
        byte[] bytes;
        try
        {
            var created = RedisLink.RedisNow(mirror) - (long)_time.GetElapsedTime(started).TotalMilliseconds;
            bytes = FormatOf<T>().Write(new EntryHeader(mirror.Epoch, fence, created, (long)fresh.TotalMilliseconds, value is null, slots[1..]), value);
        }
        catch (EntryTooLargeException)
        {
            _telemetry.Error(CacheError.ValueTooLarge);
            return false;
        }
        catch (NotSupportedException error)
        {
            _telemetry.Error(CacheError.NotSerializable);
            Log.NotSerializable(_logger, family.Policy.Family, error);
            return false;
        }

        if (_redis.Usable != mirror)
        {
            return false;
        }

        switch (await _redis.FillAsync(mirror, _options.Fenced ? fence : -1, key, bytes, fresh + family.Policy.StaleIfError, slots, lease).ConfigureAwait(false))
        {
            case Fill.Invalidated:
                _telemetry.FillRejected(FillRejection.Invalidated);
                break;
            case Fill.OtherEpoch:
                _telemetry.FillRejected(FillRejection.FenceLost);
                break;
            case Fill.Replaced:
                _telemetry.Error(CacheError.Corrupt);
                Log.Corrupt(_logger, family.Policy.Family);
                break;
        }

        return true;
    }

    /// <summary>Waits for the turn to load a key in the cluster, or for what another process stores in the meantime.</summary>
    /// <returns>The other's value; null when this process is to load.</returns>
    private async ValueTask<Loaded<T>?> WaitForLeaseAsync<T>(CacheKey key, CacheFamily family, FenceMirror mirror, long began, bool isRefresh, string token)
    {
        var since = Stopwatch.GetTimestamp();
        while (_redis.Usable == mirror)
        {
            var isHeld = await _redis.TryLeaseAsync(key, token, LeaseTime).ConfigureAwait(false);
            // With the lease as well: its last holder may have stored the value since this process looked for it.
            if (await ReadRedisAsync<T>(key, family, mirror, began).ConfigureAwait(false) is { Result.IsStale: false } found
                && (!isRefresh || IsYoung(found.Result, family)))
            {
                return found;
            }

            if (isHeld || Stopwatch.GetElapsedTime(since) >= LeaseTime)
            {
                return null;
            }

            await Task.Delay(LeaseLook).ConfigureAwait(false);
        }

        return null;
    }
}

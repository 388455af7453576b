using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace Platform.Caching.Redis;

/// <summary>What became of a value that was to be stored in Redis.</summary>
internal enum Fill
{
    /// <summary>It is there.</summary>
    Stored,

    /// <summary>What it is made of was invalidated since its load began.</summary>
    Invalidated,

    /// <summary>Redis has lost its memory since then.</summary>
    OtherEpoch,

    /// <summary>It is there, in place of what was no value at all.</summary>
    Replaced,

    /// <summary>Redis did not take it, or nobody knows.</summary>
    Failed,
}

// Each command takes its budget once; none of them throws.
[SuppressMessage("Design", "CA1031", Justification = "Whatever Redis does, a reader gets its value.")]
internal sealed partial class RedisLink
{
    /// <summary>Redis' clock, in milliseconds since 1970, as this node reckons it.</summary>
    internal static long RedisNow(FenceMirror mirror) => mirror.ClockOffset + (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>The stored bytes; null when there are none, or Redis did not say.</summary>
    internal ValueTask<byte[]?> GetAsync(CacheKey key) => _gets.GetAsync(_names.Value(key));

    /// <summary>The stored bytes of many keys, by one command.</summary>
    internal async ValueTask<byte[]?[]> GetAsync(IReadOnlyList<CacheKey> keys) =>
        await SendAsync([.. keys.Select(_names.Value)]).ConfigureAwait(false) is { } values
            ? Array.ConvertAll(values, static value => (byte[]?)value)
            : new byte[]?[keys.Count];

    private async Task<RedisValue[]?> SendAsync(RedisKey[] keys)
    {
        try
        {
            return await Database.StringGetAsync(keys).WaitAsync(_budget).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Note(error);
            return null;
        }
    }

    /// <summary>Stores a value unless what it is made of was invalidated since <paramref name="fence"/>.</summary>
    /// <param name="mirror">What the node had when the load began.</param>
    /// <param name="fence">What it had heard then; negative to store in any case.</param>
    /// <param name="key">Names the value.</param>
    /// <param name="bytes">The value.</param>
    /// <param name="ttl">How long Redis keeps it.</param>
    /// <param name="slots">Of the key and of the value's tags.</param>
    /// <param name="lease">The lease that the load had, given back with this; empty for none.</param>
    internal async ValueTask<Fill> FillAsync(FenceMirror mirror, long fence, CacheKey key, byte[] bytes, TimeSpan ttl, int[] slots, string lease)
    {
        var arguments = new RedisValue[5 + slots.Length];
        (arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]) = (mirror.Epoch, fence, Math.Max(1, (long)ttl.TotalMilliseconds), bytes, lease);
        for (var i = 0; i < slots.Length; i++)
        {
            arguments[5 + i] = slots[i];
        }

        try
        {
            var outcome = await Database.ScriptEvaluateAsync(RedisScripts.Fill, [_names.Table, _names.Value(key), _names.Lease(key)], arguments)
                .WaitAsync(_budget).ConfigureAwait(false);
            return (Fill)(int)outcome;
        }
        catch (Exception error)
        {
            Note(error);
            return Fill.Failed;
        }
    }

    /// <summary>Tells Redis and all nodes; what could not be told is kept for later.</summary>
    /// <param name="keys">Whose values go.</param>
    /// <param name="slots">Of the keys and of the tags.</param>
    /// <param name="seen">The commits that it covers; what is told later is told without.</param>
    internal async ValueTask InvalidateAsync(IReadOnlyCollection<CacheKey> keys, IReadOnlyCollection<int> slots, SeenCommits? seen)
    {
        if (_usable is not { } mirror)
        {
            Postpone(keys, slots);
            return;
        }

        try
        {
            if (await InvalidateAsync(mirror, keys, slots, seen).WaitAsync(_budget).ConfigureAwait(false))
            {
                return;
            }

            // The table is gone; whoever makes it anew starts an epoch in which nothing is cached. But others must hear.
            Postpone(keys, slots);
            LoseHearing();
        }
        catch (Exception error)
        {
            // Perhaps it was done; then it is done twice. First of all it must not be forgotten.
            Postpone(keys, slots);
            Note(error);
        }
    }

    /// <summary>Begins a new epoch.</summary>
    internal async ValueTask InvalidateAllAsync(SeenCommits? seen)
    {
        try
        {
            if (_usable is not null)
            {
                await Database.ScriptEvaluateAsync(RedisScripts.InvalidateAll, [_names.Table], [NewEpoch(), (string)_names.Channel!, FenceMirror.TableBytes, seen?.Text ?? ""])
                    .WaitAsync(_budget).ConfigureAwait(false);
                LoseHearing();
                return;
            }
        }
        catch (Exception error)
        {
            Note(error);
        }

        PostponeEverything();
    }

    /// <summary>Takes the lease of a key, for which one process in the cluster loads.</summary>
    /// <returns>Whether it was free; true also when Redis did not say, since a load too many is the lesser evil.</returns>
    internal async ValueTask<bool> TryLeaseAsync(CacheKey key, string token, TimeSpan time)
    {
        try
        {
            return await Database.StringSetAsync(_names.Lease(key), token, time, When.NotExists).WaitAsync(_budget).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Note(error);
            return true;
        }
    }

    /// <summary>Gives a lease back, when it is still this one.</summary>
    internal async ValueTask ReleaseAsync(CacheKey key, string token)
    {
        try
        {
            await Database.LockReleaseAsync(_names.Lease(key), token).WaitAsync(_budget).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Note(error);
        }
    }

    /// <returns>False when the table is not there.</returns>
    private async Task<bool> InvalidateAsync(FenceMirror mirror, IReadOnlyCollection<CacheKey> keys, IReadOnlyCollection<int> slots, SeenCommits? seen)
    {
        // In parts: a script holds up everybody else, and Lua's stack is finite.
        foreach (var (keyPart, slotPart) in Parts(keys, slots))
        {
            var arguments = new List<RedisValue> { (string)_names.Channel!, FenceMirror.TableBytes, FenceMessage.Write(slotPart, keyPart, seen) };
            arguments.AddRange(slotPart.Select(slot => (RedisValue)slot));
            var answer = await Database.ScriptEvaluateAsync(RedisScripts.Invalidate, [_names.Table, .. keyPart.Select(_names.Value)], [.. arguments]).ConfigureAwait(false);
            if (answer.IsNull)
            {
                return false;
            }

            var (epoch, seq) = ((long)answer[0], (long)answer[1]);
            if (epoch != mirror.Epoch)
            {
                LoseHearing();
                continue;
            }

            // A read on this node after the invalidation must not find what it was about, and not wait for the message either.
            lock (_changing)
            {
                foreach (var slot in slotPart)
                {
                    mirror.Raise(slot, seq);
                }

                if (seq == mirror.Heard + 1)
                {
                    // Memory too, before it counts as heard: a position that is told next vouches for what it answers.
                    _invalidated([.. keyPart], [.. slotPart]);
                    mirror.HeardUpTo(seq);
                }
            }
        }

        return true;

        static IEnumerable<(IReadOnlyCollection<CacheKey> Keys, IReadOnlyCollection<int> Slots)> Parts(IReadOnlyCollection<CacheKey> keys, IReadOnlyCollection<int> slots)
        {
            const int Most = 500;
            if (keys.Count <= Most && slots.Count <= Most)
            {
                return [(keys, slots)];
            }

            // Each key's version with its deletion: a fill between the two parts would otherwise come back.
            return keys.Chunk(Most).Select(part => ((IReadOnlyCollection<CacheKey>)part, (IReadOnlyCollection<int>)[.. part.Select(FenceSlots.OfKey)]))
                .Concat(slots.Chunk(Most).Select(part => ((IReadOnlyCollection<CacheKey>)[], (IReadOnlyCollection<int>)part)));
        }
    }

    private void Note(Exception error)
    {
        // It answered: that it could not do this one thing (out of memory, a value of another type) says nothing of the rest.
        if (error is RedisServerException && error is not RedisConnectionException)
        {
            _telemetry.Error(CacheError.RedisUnavailable);
            return;
        }

        Failed(error);
    }
}

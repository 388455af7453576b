namespace Platform.Caching;

/// <summary>
/// Orders this process' loads and invalidations: a clock that each invalidation advances, and for each slot its last
/// invalidation. A value is good while no slot of its own has been invalidated since its load began.
/// </summary>
/// <remarks>
/// Nothing waits here but fills and invalidations of keys that share one of 256 locks. A load takes the time before it
/// reads anything; an invalidation comes after the commit that it is about. So a load whose time is that of an
/// invalidation or later has read what was committed, and one with an earlier time may not have and is refused.
/// </remarks>
internal sealed class LocalFence
{
    private readonly long[] _slots = new long[FenceSlots.Count];
    private readonly Lock[] _locks = [.. Enumerable.Range(0, 256).Select(_ => new Lock())];
    private long _now;
    private long _allInvalidatedAt;

    /// <summary>The present, for a load that begins.</summary>
    internal long Now => Volatile.Read(ref _now);

    /// <summary>Whether any of the slots, or everything, was invalidated after <paramref name="began"/>.</summary>
    internal bool IsInvalidatedSince(long began, ReadOnlySpan<int> slots)
    {
        foreach (var slot in slots)
        {
            if (Volatile.Read(ref _slots[slot]) > began)
            {
                return true;
            }
        }

        return Volatile.Read(ref _allInvalidatedAt) > began;
    }

    /// <summary>Runs <paramref name="fill"/> unless the key was invalidated since; no invalidation of it comes between.</summary>
    /// <returns>Whether it ran.</returns>
    internal bool TryFill<TState>(int keySlot, long began, TState state, Action<TState> fill)
    {
        lock (_locks[keySlot & 0xFF])
        {
            if (Volatile.Read(ref _slots[keySlot]) > began || Volatile.Read(ref _allInvalidatedAt) > began)
            {
                return false;
            }

            fill(state);
            return true;
        }
    }

    /// <summary>Invalidates a key and runs <paramref name="remove"/>; a fill comes wholly before or is refused.</summary>
    internal void InvalidateKey<TState>(int keySlot, TState state, Action<TState> remove)
    {
        lock (_locks[keySlot & 0xFF])
        {
            Raise(ref _slots[keySlot], Interlocked.Increment(ref _now));
            remove(state);
        }
    }

    /// <summary>Invalidates a tag: whoever reads an entry of it looks here.</summary>
    internal void InvalidateTag(int tagSlot) => Raise(ref _slots[tagSlot], Interlocked.Increment(ref _now));

    /// <summary>Invalidates everything and runs <paramref name="clear"/>.</summary>
    internal void InvalidateAll(Action clear)
    {
        Raise(ref _allInvalidatedAt, Interlocked.Increment(ref _now));
        foreach (var passing in _locks)
        {
            // A fill that looked before the line above is over once its lock was had.
            lock (passing)
            {
            }
        }

        clear();
    }

    // Two invalidations of one slot may arrive here in the wrong order; the later must stay.
    internal static void Raise(ref long slot, long to)
    {
        var seen = Volatile.Read(ref slot);
        while (seen < to)
        {
            var before = Interlocked.CompareExchange(ref slot, to, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}

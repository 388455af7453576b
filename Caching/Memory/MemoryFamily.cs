namespace Platform.Caching.Memory;

/// <summary>
/// What the memory holds of one family, and which of its entries goes first: SIEVE (Zhang et al., NSDI '24). Entries stay in the
/// order they came in; a hand moves from the oldest to the newest and takes the first that nobody read since it last passed.
/// A hit therefore moves nothing and needs no lock.
/// </summary>
/// <remarks>Everything that changes it holds the lock of its <see cref="MemoryLevel"/>; figures may be read at any time.</remarks>
internal sealed class MemoryFamily(string name, long floor)
{
    private MemoryEntry? _newest;
    private MemoryEntry? _oldest;
    private MemoryEntry? _hand;
    private long _bytes;
    private long _count;
    private long _evictions;

    public string Name => name;

    /// <summary>The bytes that no other family can take.</summary>
    public long Floor => floor;

    public long Bytes => Volatile.Read(ref _bytes);

    public long Count => Volatile.Read(ref _count);

    /// <summary>How many entries have been dropped to make room.</summary>
    public long Evictions => Volatile.Read(ref _evictions);

    internal long AboveFloor => _bytes - floor;

    /// <summary>The last search for room in which this family could spare nothing.</summary>
    internal long PassedOverInRound { get; set; }

    /// <summary>From the oldest to the newest; for a level that nobody changes meanwhile.</summary>
    internal IEnumerable<MemoryEntry> Entries()
    {
        for (var entry = _oldest; entry is not null; entry = entry.Newer)
            yield return entry;
    }

    internal void Add(MemoryEntry entry)
    {
        entry.Older = _newest;
        if (_newest is null)
            _oldest = entry;
        else
            _newest.Newer = entry;
        _newest = entry;
        Account(entry, 1);
    }

    internal void Remove(MemoryEntry entry)
    {
        if (ReferenceEquals(_hand, entry))
            _hand = entry.Newer;
        if (entry.Older is null)
            _oldest = entry.Newer;
        else
            entry.Older.Newer = entry.Newer;
        if (entry.Newer is null)
            _newest = entry.Older;
        else
            entry.Newer.Older = entry.Older;

        // A reader may hold a removed entry for long; its neighbours must not live on because of that.
        entry.Older = entry.Newer = null;
        Account(entry, -1);
    }

    internal void Clear()
    {
        while (_oldest is not null)
            Remove(_oldest);
    }

    /// <summary>Puts an entry in the place of the one it supersedes: to be stored anew is a sign of use, not of age.</summary>
    internal void Replace(MemoryEntry old, MemoryEntry entry)
    {
        entry.Visited = true;
        entry.Older = old.Older;
        entry.Newer = old.Newer;
        if (entry.Older is null)
            _oldest = entry;
        else
            entry.Older.Newer = entry;
        if (entry.Newer is null)
            _newest = entry;
        else
            entry.Newer.Older = entry;
        if (ReferenceEquals(_hand, old))
            _hand = entry;
        old.Older = old.Newer = null;
        Account(old, -1);
        Account(entry, 1);
    }

    /// <summary>The entry to go first; the hand stays on it, so that asking again gives the same until it is read.</summary>
    internal MemoryEntry? Candidate()
    {
        var entry = _hand ?? _oldest;
        while (entry is { Visited: true })
        {
            entry.Visited = false;
            entry = entry.Newer ?? _oldest;
        }

        return _hand = entry;
    }

    internal void CountEviction() => Volatile.Write(ref _evictions, _evictions + 1);

    private void Account(MemoryEntry entry, int sign)
    {
        Volatile.Write(ref _bytes, _bytes + sign * entry.Bytes);
        Volatile.Write(ref _count, _count + sign);
    }
}

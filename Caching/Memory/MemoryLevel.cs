using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Platform.Caching.Memory;

/// <summary>
/// The first level: entries in this process' memory, bounded in measured bytes. A hit is one dictionary lookup: no lock, no
/// allocation, and nothing written unless the entry is read for the first time since the eviction hand passed. What changes the
/// level takes one lock, shortly: sizes are measured before it.
/// </summary>
/// <remarks>Knows nothing of time and fences but <see cref="RemoveExpired"/>: whether an entry may be served is its reader's business.</remarks>
internal sealed partial class MemoryLevel(long capacityBytes)
{
    /// <summary>An entry bigger than this part of the capacity would push out too much for one value.</summary>
    private const int LargestShare = 8;

    // One lock inside the dictionary: writers are already one at a time.
    private readonly ConcurrentDictionary<string, MemoryEntry> _entries = new(concurrencyLevel: 1, capacity: 1024, StringComparer.Ordinal);
    private readonly Lock _changing = new();
    private long _bytes;
    private long _tooLarge;

    public long CapacityBytes => capacityBytes;

    /// <summary>What all entries take; never above <see cref="CapacityBytes"/>.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public int Count => _entries.Count;

    /// <summary>How many entries were not kept because of their size.</summary>
    public long TooLarge => Volatile.Read(ref _tooLarge);

    public bool TryGet(string key, [MaybeNullWhen(false)] out MemoryEntry entry)
    {
        if (!_entries.TryGetValue(key, out entry))
            return false;

        // Only when it changes something: a write would take the cache line of a hot entry from every other core.
        if (!entry.Visited)
            entry.Visited = true;
        return true;
    }

    /// <summary>Keeps an entry, in place of the one of the same key, and drops others until all fit.</summary>
    /// <returns>Whether it was kept. If not, the key has no entry: one older than what was just stored must not be served.</returns>
    public bool Set(MemoryEntry entry)
    {
        var largest = capacityBytes / LargestShare;
        var bytes = EntrySize.Of(entry, largest);
        lock (_changing)
        {
            if (_entries.TryGetValue(entry.Key, out var old) && ReferenceEquals(old, entry))
                return true;
            entry.Bytes = bytes;
            if (bytes > largest)
            {
                Volatile.Write(ref _tooLarge, _tooLarge + 1);
            }
            else if (MakeRoom(entry, ref old))
            {
                Put(entry, old);
                return true;
            }

            if (old is not null)
                Drop(old);
            return false;
        }
    }

    public bool Remove(string key)
    {
        // Most keys that are invalidated are not here, and need no lock to be found so.
        if (!_entries.ContainsKey(key))
            return false;
        lock (_changing)
        {
            if (!_entries.TryGetValue(key, out var entry))
                return false;
            Drop(entry);
            return true;
        }
    }

    /// <summary>Removes an entry unless another has taken its place.</summary>
    public bool Remove(MemoryEntry exactly)
    {
        lock (_changing)
        {
            if (!_entries.TryGetValue(exactly.Key, out var entry) || !ReferenceEquals(entry, exactly))
                return false;
            Drop(exactly);
            return true;
        }
    }

    public void Clear()
    {
        lock (_changing)
        {
            _entries.Clear(); // gives its table back too, which it does not once it is empty
            foreach (var family in _families)
                family.Clear();
            Volatile.Write(ref _bytes, 0);
        }
    }

    /// <summary>Removes what not even a failed load may serve any more.</summary>
    public void RemoveExpired(long now)
    {
        // The enumerator takes no lock, and each removal its own: writers wait for one entry at most.
        foreach (var (_, entry) in _entries)
        {
            if (entry.StaleUntil <= now)
                Remove(entry);
        }
    }

    private void Put(MemoryEntry entry, MemoryEntry? old)
    {
        if (old is not null && ReferenceEquals(old.Family, entry.Family))
        {
            entry.Family.Replace(old, entry);
        }
        else
        {
            old?.Family.Remove(old);
            entry.Family.Add(entry);
        }

        _entries[entry.Key] = entry;
        Volatile.Write(ref _bytes, _bytes + entry.Bytes - (old?.Bytes ?? 0));
    }

    private void Drop(MemoryEntry entry)
    {
        _entries.TryRemove(entry.Key, out _);
        entry.Family.Remove(entry);
        Volatile.Write(ref _bytes, _bytes - entry.Bytes);
    }
}

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>
/// Versions of items in the order of their changes. One thread adds, under the account's lock; readers take
/// <see cref="Snapshot"/> and see what was there then, however long they read.
/// </summary>
internal sealed class ItemList
{
    private const int LeastToCompact = 64;
    private volatile Range _range = new([], 0);
    private int _ended;

    /// <summary>What is there now: nothing that is added later shows in it.</summary>
    internal ReadOnlyMemory<Item> Snapshot => _range.Items;

    internal void Add(Item item)
    {
        var (array, count) = (_range.Array, _range.Count);
        if (count == array.Length)
        {
            // Half of them or more are replaced: then a reader that has the old array keeps it, and this one gets shorter.
            var live = _ended >= LeastToCompact && _ended >= count / 2 ? Array.FindAll(array[..count], one => one.EndLsn == long.MaxValue) : null;
            var larger = new Item[Math.Max(4, (live?.Length ?? count) * 2)];
            (live ?? array).AsSpan(0, live?.Length ?? count).CopyTo(larger);
            (array, count, _ended) = (larger, live?.Length ?? count, live is null ? _ended : 0);
        }

        // Beyond what any snapshot has.
        array[count] = item;
        _range = new Range(array, count + 1);
    }

    /// <summary>One of them has been replaced or removed.</summary>
    internal void NoteEnd() => _ended++;

    /// <summary>Where in a snapshot the versions after a change begin.</summary>
    internal static int After(ReadOnlySpan<Item> items, long lsn)
    {
        var (from, to) = (0, items.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (items[middle].Lsn <= lsn)
                from = middle + 1;
            else
                to = middle;
        }

        return from;
    }

    private sealed record Range(Item[] Array, int Count)
    {
        internal ReadOnlyMemory<Item> Items => Array.AsMemory(0, Count);
    }
}

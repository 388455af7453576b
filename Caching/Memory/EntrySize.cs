using System.Collections.Concurrent;

namespace Platform.Caching.Memory;

/// <summary>What an entry takes: its value, its key, and what the level itself needs to hold it.</summary>
internal static class EntrySize
{
    private static readonly long Entry = ObjectShape.Of(typeof(MemoryEntry)).BytesOf(null!);

    // A table that has just grown has two slots for each node.
    private static readonly long InDictionary = NodeBytes() + 2 * SlotBytes();

    public static long Of(MemoryEntry entry, long enough)
    {
        var own = Entry + InDictionary + ObjectSize.Measure(entry.Key) + (entry.TagSlots.Length == 0 ? 0 : ObjectSize.Measure(entry.TagSlots));
        var value = ObjectSize.Measure(entry.Value, enough);
        return value > ObjectSize.Unmeasured - own ? ObjectSize.Unmeasured : own + value;
    }

    private static long NodeBytes()
    {
        return Allocation.Of(NewTable(64), static table =>
        {
            table.TryRemove("", out _);
            table.TryAdd("", null!);
            return table;
        });
    }

    private static long SlotBytes()
    {
        const int more = 10_000;
        return (Allocation.Of(2 * more, NewTable) - Allocation.Of(more, NewTable)) / more;
    }

    private static ConcurrentDictionary<string, MemoryEntry> NewTable(int capacity) => new(1, capacity, StringComparer.Ordinal);
}

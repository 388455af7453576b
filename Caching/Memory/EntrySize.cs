namespace Platform.Caching.Memory;

/// <summary>What an entry takes: its value, its key, and what the level itself needs to hold it.</summary>
internal static class EntrySize
{
    public static long Of(MemoryEntry entry, long enough)
    {
        _ = enough;
        var value = entry.Value switch
        {
            byte[] bytes => bytes.Length,
            string text => 2L * text.Length,
            _ => 256,
        };
        return 256 + 2L * entry.Key.Length + 4L * entry.TagSlots.Length + value;
    }
}

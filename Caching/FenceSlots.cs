namespace Platform.Caching;

/// <summary>
/// Where a key or a tag has its version in the fence tables: one of a fixed number of slots. Two that fold into one slot
/// are invalidated together, which costs a load and is never wrong; in return the tables neither grow nor expire.
/// </summary>
internal static class FenceSlots
{
    private const int PerKind = 1 << 16;

    /// <summary>Slots of keys come first, then as many of tags.</summary>
    internal const int Count = 2 * PerKind;

    internal static int OfKey(CacheKey key) => (int)(Hash(key.Value) % PerKind);

    internal static int OfTag(CacheTag tag) => PerKind + (int)(Hash(tag.Value ?? "") % PerKind);

    internal static bool IsTag(int slot) => slot >= PerKind;

    // FNV-1a with a final mix (http://www.isthe.com/chongo/tech/comp/fnv/): the same in every process and version, which
    // string.GetHashCode is not.
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var unit in text)
        {
            hash = (hash ^ unit) * 1099511628211UL;
        }

        hash ^= hash >> 32;
        hash *= 0x9E3779B97F4A7C15UL;
        return hash >> 40;
    }
}

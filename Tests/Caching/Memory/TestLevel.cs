using Platform.Caching;
using Platform.Caching.Memory;

namespace Platform.Tests.Caching.Memory;

/// <summary>A memory level that can be asked what it holds without that counting as a read.</summary>
internal sealed class TestLevel(long capacityBytes)
{
    /// <summary>What an entry of <see cref="NewEntry"/> takes when its value has no bytes, exactly.</summary>
    public static readonly long EmptyEntryBytes = Measured(0);

    private readonly HashSet<string> _stored = [];

    public MemoryLevel Level { get; } = new(capacityBytes);

    public MemoryFamily Family(string name, long floor = 0) =>
        Level.Family(new CachePolicy { Family = name, Ttl = TimeSpan.FromMinutes(1), MemoryFloor = floor });

    public MemoryEntry Set(string key, int valueBytes, string family = "book", long staleUntil = long.MaxValue)
    {
        var entry = NewEntry(key, valueBytes, Family(family), staleUntil);
        Level.Set(entry);
        _stored.Add(key);
        return entry;
    }

    /// <summary>Keys are four characters, so that all entries of a value's size are of one size.</summary>
    public static MemoryEntry NewEntry(string key, int valueBytes, MemoryFamily family, long staleUntil = long.MaxValue)
    {
        Assert.Equal(4, key.Length);
        return new MemoryEntry { Key = key, Value = new byte[valueBytes], Family = family, StaleUntil = staleUntil };
    }

    /// <summary>All entries, straight from the lists that eviction walks, oldest first.</summary>
    public IEnumerable<MemoryEntry> Held() => Level.Families.SelectMany(family => family.Entries());

    /// <summary>Figures, lists and lookups must tell the same.</summary>
    public void AssertConsistent()
    {
        foreach (var family in Level.Families)
        {
            Assert.Equal(family.Count, family.Entries().Count());
            Assert.Equal(family.Bytes, family.Entries().Sum(entry => entry.Bytes));
        }

        var held = Held().ToDictionary(entry => entry.Key);
        Assert.Equal(Level.Bytes, held.Values.Sum(entry => entry.Bytes));
        Assert.InRange(Level.Bytes, 0, Level.CapacityBytes);
        Assert.Equal(held.Count, Level.Count);
        foreach (var (key, entry) in held)
        {
            var visited = entry.Visited;
            Assert.True(Level.TryGet(key, out var found));
            Assert.Same(entry, found);
            entry.Visited = visited;
        }
    }

    private static long Measured(int valueBytes)
    {
        var level = new TestLevel(1024 * 1024);
        return level.Set("size", valueBytes).Bytes;
    }
}

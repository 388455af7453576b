using Platform.Caching.Memory;

namespace Platform.Tests.Caching.Memory;

public sealed class MemoryLevelTests
{
    private const int Room = 10; // entries of 1,000 bytes

    private static readonly long One = TestLevel.EmptyEntryBytes + 1000;
    private readonly TestLevel _cache = new(Room * One);

    [Fact]
    public void A_stored_entry_is_found_and_a_removed_one_is_not()
    {
        var entry = _cache.Set("key1", 1000);

        Assert.True(_cache.Level.TryGet("key1", out var found));
        Assert.Same(entry, found);
        Assert.True(_cache.Level.Remove("key1"));
        Assert.False(_cache.Level.Remove("key1"));
        Assert.False(_cache.Level.TryGet("key1", out _));
        Assert.Equal(0, _cache.Level.Bytes);
    }

    [Fact]
    public void An_entry_takes_the_place_of_the_one_before_and_its_bytes()
    {
        _cache.Set("key1", 500);
        var entry = _cache.Set("key1", 1000);

        Assert.True(_cache.Level.TryGet("key1", out var found));
        Assert.Same(entry, found);
        Assert.Equal(One, _cache.Level.Bytes);
        _cache.AssertConsistent();
    }

    [Fact]
    public void Removing_an_entry_spares_the_one_that_took_its_place()
    {
        var old = _cache.Set("key1", 10);
        var now = _cache.Set("key1", 10);

        Assert.False(_cache.Level.Remove(old));
        Assert.True(_cache.Level.TryGet("key1", out _));
        Assert.True(_cache.Level.Remove(now));
        Assert.False(_cache.Level.Remove(now));
        _cache.AssertConsistent();
    }

    [Fact]
    public void Storing_the_same_entry_again_changes_nothing()
    {
        var first = _cache.Set("key1", 10);
        var entry = _cache.Set("key2", 10);
        _cache.Set("key3", 10);
        var bytes = _cache.Level.Bytes;

        Assert.True(_cache.Level.Set(entry));

        Assert.Equal(bytes, _cache.Level.Bytes);
        Assert.Same(first, _cache.Held().First());
        _cache.AssertConsistent();
    }

    [Fact]
    public void An_entry_may_move_to_another_family()
    {
        _cache.Set("key1", 1000, "book");
        _cache.Set("key1", 1000, "author");

        Assert.Equal(0, _cache.Family("book").Bytes);
        Assert.Equal(One, _cache.Family("author").Bytes);
        _cache.AssertConsistent();
    }

    [Fact]
    public void The_capacity_is_filled_to_the_last_byte_and_never_more()
    {
        for (var i = 0; i < Room; i++)
            _cache.Set($"k{i:000}", 1000);
        Assert.Equal(_cache.Level.CapacityBytes, _cache.Level.Bytes);

        _cache.Set("more", 0);

        Assert.Equal(_cache.Level.CapacityBytes - 1000, _cache.Level.Bytes);
        Assert.Equal(1, _cache.Family("book").Evictions);
        _cache.AssertConsistent();
    }

    [Fact]
    public void An_entry_bigger_than_an_eighth_is_not_kept_and_neither_is_what_it_supersedes()
    {
        var largest = (int)(_cache.Level.CapacityBytes / 8 - TestLevel.EmptyEntryBytes);
        _cache.Set("fits", largest - 8);
        _cache.Set("key1", 100);

        _cache.Set("key1", largest + 8);

        Assert.True(_cache.Level.TryGet("fits", out _));
        Assert.False(_cache.Level.TryGet("key1", out _));
        Assert.Equal(1, _cache.Level.TooLarge);
        Assert.Equal(0, _cache.Family("book").Evictions);
        _cache.AssertConsistent();
    }

    [Fact]
    public void Only_entries_past_their_last_use_expire()
    {
        _cache.Set("past", 10, staleUntil: 99);
        _cache.Set("now1", 10, staleUntil: 100);
        _cache.Set("next", 10, staleUntil: 101);

        _cache.Level.RemoveExpired(now: 100);

        Assert.Equal(["next"], _cache.Held().Select(entry => entry.Key));
        Assert.Equal(0, _cache.Family("book").Evictions);
        _cache.AssertConsistent();
    }

    [Fact]
    public void Clearing_leaves_nothing_behind()
    {
        var cache = new TestLevel(100 * 1024 * 1024);
        var empty = ObjectSize.Measure(cache.Level);
        var entries = Enumerable.Range(0, 9_999).Select(i => cache.Set($"{i:0000}", 10)).ToList();

        cache.Level.Clear();

        Assert.Equal(0, cache.Level.Bytes);
        Assert.Empty(cache.Held());
        Assert.All(entries, entry => Assert.True(entry is { Newer: null, Older: null }));
        Assert.InRange(ObjectSize.Measure(cache.Level), 1, empty + 500); // the family stays
        cache.AssertConsistent();
    }

    [Fact]
    public void A_removed_entry_keeps_no_other_alive()
    {
        var entries = Enumerable.Range(0, 3 * Room).Select(i => _cache.Set($"k{i:000}", 1000)).ToList();
        var replaced = entries[^2];
        _cache.Set(replaced.Key, 1000);
        _cache.Level.Remove(entries[^1].Key);

        Assert.All(entries.Except(_cache.Held()), entry => Assert.True(entry is { Newer: null, Older: null }));
    }

    [Fact]
    public void What_the_level_counts_is_what_the_runtime_allocated()
    {
        var cache = new TestLevel(1L << 30);
        const int many = 20_000;
        var family = cache.Family("book");
        Fill(); // so that the table is as large as it gets, and what it grew from is not counted
        cache.Level.RemoveExpired(long.MaxValue);
        Assert.Equal(0, cache.Level.Bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Fill();

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(cache.Level.Bytes, (long)(allocated * 0.95), (long)(allocated * 1.05));

        void Fill()
        {
            for (var i = 0; i < many; i++)
            {
                cache.Level.Set(new MemoryEntry
                {
                    Key = string.Create(12, i, (key, number) => number.TryFormat(key, out _)),
                    Value = new byte[64],
                    Family = family,
                    TagSlots = new int[3],
                });
            }
        }
    }

    [Fact]
    public void A_hit_allocates_nothing()
    {
        _cache.Set("key1", 1000);
        var hits = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
            hits += _cache.Level.TryGet("key1", out _) ? 1 : 0;

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000, hits);
    }

    [Fact]
    public void One_reader_at_a_time_is_to_refresh_an_entry()
    {
        var entry = _cache.Set("key1", 10);

        Assert.True(entry.TryStartRefresh());
        Assert.False(entry.TryStartRefresh());
        Assert.True(entry.AfterFailure(now: 0, retryAt: 0).TryStartRefresh());
    }
}

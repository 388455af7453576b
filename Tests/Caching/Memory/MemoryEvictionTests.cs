using Platform.Caching;
using Platform.Caching.Memory;

namespace Platform.Tests.Caching.Memory;

public sealed class MemoryEvictionTests
{
    private const int Room = 20; // entries of 1,000 bytes

    private static readonly long One = TestLevel.EmptyEntryBytes + 1000;
    private readonly TestLevel _cache = new(Room * One);

    [Fact]
    public void What_was_read_survives_newer_entries_that_were_not()
    {
        Fill("book", Room);
        Read("bo00", "bo01");

        Fill("book", 10 * Room, from: Room, read: ["bo00", "bo01"]);

        Assert.True(Holds("bo00") && Holds("bo01"));
        _cache.AssertConsistent();
    }

    [Fact]
    public void A_single_read_does_not_save_an_entry_forever()
    {
        Fill("book", Room);
        Read("bo00");

        // Newer ones that are read too make the hand come round.
        for (var i = Room; i < 4 * Room; i++)
        {
            Fill("book", 1, from: i);
            Read($"bo{i:00}");
        }

        Assert.False(Holds("bo00"));
    }

    [Fact]
    public void The_order_is_that_of_sieve()
    {
        // The example of the paper: the hand passes A, which was read, takes B, and goes on from C.
        Fill("book", Room);
        Read("bo00", "bo02");

        Fill("book", 2, from: 50);

        Assert.Equal(["bo01", "bo03"], Enumerable.Range(0, Room).Select(i => $"bo{i:00}").Where(key => !Holds(key)));
    }

    [Fact]
    public void An_entry_stored_anew_counts_as_used()
    {
        Fill("book", Room);
        _cache.Set("bo00", 1000);

        Fill("book", 1, from: 50);

        Assert.True(Holds("bo00"));
        Assert.False(Holds("bo01"));
    }

    [Fact]
    public void Bytes_above_a_floor_go_before_any_family_is_taken_below_its_own()
    {
        _cache.Family("rare", floor: 5 * One);
        Fill("rare", 5);
        Fill("book", 10 * Room);

        Assert.Equal(5, _cache.Family("rare").Count);
        Assert.Equal(0, _cache.Family("rare").Evictions);
        Assert.Equal(Room - 5, _cache.Family("book").Count);
        _cache.AssertConsistent();
    }

    [Fact]
    public void What_is_above_a_floor_is_everyones()
    {
        _cache.Family("rare", floor: 5 * One);
        Fill("rare", Room);
        Fill("book", 10 * Room);

        Assert.Equal(5 + (Room - 5) / 2, _cache.Family("rare").Count, tolerance: 1);
        _cache.AssertConsistent();
    }

    [Fact]
    public void A_floor_that_is_not_used_is_lent_and_comes_back()
    {
        _cache.Family("rare", floor: 5 * One);
        Fill("book", 2 * Room);
        Assert.Equal(Room, _cache.Family("book").Count);

        Fill("rare", 5);

        Assert.Equal(5, _cache.Family("rare").Count);
        _cache.AssertConsistent();
    }

    [Fact]
    public void A_family_makes_room_for_itself_when_no_other_can_spare_any()
    {
        FillWithBigEntries(families: 10);

        _cache.Set("next", BigBytes, "f0");
        _cache.Set("none", 1000, "new");

        Assert.True(Holds("next"));
        Assert.False(Holds("big0"));
        Assert.False(Holds("none"));
        Assert.All(Enumerable.Range(1, 9), i => Assert.True(Holds($"big{i}")));
        _cache.AssertConsistent();
    }

    [Fact]
    public void A_family_that_can_spare_an_entry_gives_it_though_another_has_more_above_its_floor()
    {
        FillWithBigEntries(families: 9);
        _cache.Family("small", floor: _cache.Level.CapacityBytes / 20);
        Fill("small", 10 * Room, bytes: 8);

        _cache.Set("new1", 8, "new");

        Assert.All(Enumerable.Range(0, 9), i => Assert.True(Holds($"big{i}")));
        Assert.True(Holds("new1"));
        _cache.AssertConsistent();
    }

    [Fact]
    public void Floors_of_more_than_half_of_the_memory_are_refused_at_the_start()
    {
        CachePolicy[] policies = [Policy("book", 600), Policy("author", 400)];

        MemoryLevel.RequireRoomForFloors(2000, policies);
        var refused = Assert.Throws<InvalidOperationException>(() => MemoryLevel.RequireRoomForFloors(1998, policies));

        Assert.Contains("author", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => MemoryLevel.RequireRoomForFloors(2000, [Policy("book", -1)]));
        Assert.Throws<InvalidOperationException>(() => MemoryLevel.RequireRoomForFloors(2000, [Policy("book", 1), Policy("a", long.MaxValue), Policy("b", long.MaxValue)]));
    }

    [Fact]
    public void A_floor_met_only_at_run_time_gets_what_half_of_the_memory_has_left()
    {
        var level = new MemoryLevel(2000);

        Assert.Equal(600, level.Family(Policy("book", 600)).Floor);
        Assert.Equal(400, level.Family(Policy("author", 700)).Floor);
        Assert.Equal(0, level.Family(Policy("search", -5)).Floor);
        Assert.Same(level.Family(Policy("book", 0)), level.Family(Policy("book", 600)));
        Assert.Equal(["book", "author", "search"], level.Families.Select(family => family.Name));
    }

    private static CachePolicy Policy(string family, long floor) => new() { Family = family, Ttl = TimeSpan.FromMinutes(1), MemoryFloor = floor };

    private bool Holds(string key) => _cache.Held().Any(entry => entry.Key == key);

    private void Read(params string[] keys) => Assert.All(keys, key => Assert.True(_cache.Level.TryGet(key, out _)));

    private int BigBytes => (int)(_cache.Level.CapacityBytes / 10 - TestLevel.EmptyEntryBytes) / 8 * 8;

    /// <summary>Families of one entry that is twice the floor and more: if it went, its family would be below the floor.</summary>
    private void FillWithBigEntries(int families)
    {
        for (var i = 0; i < families; i++)
        {
            _cache.Family($"f{i}", floor: _cache.Level.CapacityBytes / 20 - 500);
            _cache.Set($"big{i}", BigBytes, $"f{i}");
        }
    }

    private void Fill(string family, int entries, int from = 0, int bytes = 1000, params string[] read)
    {
        for (var i = from; i < from + entries; i++)
        {
            Read(read);
            _cache.Set(i < 100 ? $"{family[..2]}{i:00}" : $"{family[..1]}{i:000}", bytes, family);
        }
    }
}

namespace Platform.Tests.Caching.Memory;

public sealed class MemoryModelTests
{
    private const int Steps = 2_000;
    private const int Seeds = 12;
    private static readonly string[] Families = ["book", "author", "search", "suggest", "category", "rare"];

    public static TheoryData<int> AllSeeds => [.. Enumerable.Range(1, Seeds)];

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Any_sequence_of_calls_leaves_what_the_plain_model_leaves(int seed)
    {
        var random = new Random(seed);
        var capacity = random.Next(8_000, 40_000);
        var cache = new TestLevel(capacity);
        var model = new SieveModel(capacity, TestLevel.EmptyEntryBytes);
        foreach (var family in Families)
        {
            // High floors and big entries, so that little can be spared, and often not without going below a floor.
            var floor = random.Next(3) == 0 ? 0 : capacity / 2 / Families.Length - random.Next(100);
            Assert.Equal(floor, cache.Family(family, floor).Floor);
            model.AddFamily(family, floor);
        }

        for (var step = 0; step < Steps; step++)
        {
            var key = $"{(char)('a' + random.Next(26))}key";
            switch (random.Next(100))
            {
                case < 40:
                    var family = Families[random.Next(Families.Length)];
                    var (bytes, staleUntil) = (random.Next(random.Next(capacity / 6)), random.Next(Steps));
                    cache.Set(key, bytes, family, staleUntil);
                    model.Set(key, bytes, family, staleUntil);
                    break;
                case < 90:
                    Assert.Equal(model.Read(key), cache.Level.TryGet(key, out _));
                    break;
                case < 98:
                    Assert.Equal(model.Remove(key), cache.Level.Remove(key));
                    break;
                case < 99:
                    cache.Level.RemoveExpired(step / 2);
                    model.RemoveExpired(step / 2);
                    break;
                default:
                    if (random.Next(5) == 0)
                    {
                        cache.Level.Clear();
                        model.Clear();
                    }

                    break;
            }

            foreach (var family in Families)
            {
                Assert.Equal(model.Held(family), cache.Family(family).Entries().Select(entry => (entry.Key, entry.Visited)));
                Assert.Equal(model.Evictions(family), cache.Family(family).Evictions);
            }
        }

        cache.AssertConsistent();
    }
}

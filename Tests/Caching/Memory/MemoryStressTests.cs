using Platform.Caching.Memory;

namespace Platform.Tests.Caching.Memory;

public sealed class MemoryStressTests
{
    private const int Threads = 6;
    private const int StepsPerThread = 40_000;
    private const int Keys = 100;
    private static readonly string[] Families = ["book", "author", "rare"];

    [Fact]
    public async Task Threads_at_once_leave_exact_figures_and_never_exceed_the_capacity()
    {
        var cache = new TestLevel(64 * 1024);
        cache.Family("rare", floor: 16 * 1024);
        using var start = new Barrier(Threads);
        var seen = new long[Threads];

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                seen[thread] = Work(cache.Level, [.. Families.Select(name => cache.Family(name))], new Random(thread));
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.InRange(seen.Max(), 1, cache.Level.CapacityBytes);
        cache.AssertConsistent();

        cache.Level.RemoveExpired(long.MaxValue);
        Assert.Equal((0, 0), (cache.Level.Bytes, cache.Level.Count));
        Assert.All(cache.Level.Families, family => Assert.Equal((0, 0), (family.Bytes, family.Count)));
    }

    [Fact]
    public async Task One_key_stored_and_removed_at_once_leaves_exact_figures()
    {
        var cache = new TestLevel(64 * 1024);
        var family = cache.Family("book");
        using var start = new Barrier(2);

        await Task.WhenAll(
            Run(() => cache.Level.Set(TestLevel.NewEntry("key1", 8, family))),
            Run(() => cache.Level.Remove("key1")));

        cache.AssertConsistent();

        Task Run(Func<bool> step) => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                for (var i = 0; i < 10 * StepsPerThread; i++)
                    step();
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static long Work(MemoryLevel level, MemoryFamily[] families, Random random)
    {
        MemoryEntry? mine = null;
        long mostBytes = 0;
        for (var step = 0; step < StepsPerThread; step++)
        {
            var key = $"k{random.Next(Keys):000}";
            switch (random.Next(20))
            {
                case < 8:
                    mine = TestLevel.NewEntry(key, random.Next(random.Next(10_000)), families[random.Next(families.Length)], random.Next(1000));
                    level.Set(mine);
                    break;
                case < 12:
                    if (level.TryGet(key, out var found) && found.Key != key)
                        throw new InvalidOperationException($"Asked for {key}, given {found.Key}.");
                    break;
                case < 17:
                    level.Remove(key);
                    break;
                case < 19:
                    if (mine is not null)
                        level.Remove(mine);
                    break;
                default:
                    if (random.Next(500) == 0)
                        level.Clear();
                    else if (random.Next(100) == 0)
                        level.RemoveExpired(random.Next(500));
                    break;
            }

            mostBytes = Math.Max(mostBytes, level.Bytes);
        }

        return mostBytes;
    }
}

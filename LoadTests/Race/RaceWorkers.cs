using Platform.Caching;

namespace Platform.LoadTests.Race;

/// <summary>The readers and writers of one process. What each does follows from its seed; only who comes first does not.</summary>
internal sealed class RaceWorkers(CacheManager cache, RaceMemory memory, RaceSource source, RaceHistory history, RaceTrace trace, int node)
{
    private const int Readers = 8;
    private const int Writers = 2;

    /// <summary>Races until the phase is another.</summary>
    internal Task RunAsync(long phase, int seed) => Task.WhenAll(
    [
        .. Enumerable.Range(0, Readers).Select(n => WorkAsync(phase, new Random(HashCode(seed, n)), ReadAsync)),
        .. Enumerable.Range(0, Writers).Select(n => WorkAsync(phase, new Random(HashCode(seed, Readers + n)), WriteAsync)),
    ]);

    private Task WorkAsync(long phase, Random random, Func<Random, Task> once) => Task.Run(async () =>
    {
        while (Volatile.Read(ref memory.Phase) == phase)
            await once(random);
    });

    private async Task ReadAsync(Random random)
    {
        var key = Pick(random, RaceKeys.Keys);
        var seed = random.Next();
        using var impatience = random.Next(20) == 0 ? new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 4))) : null;
        var token = impatience?.Token ?? CancellationToken.None;
        Interlocked.Increment(ref memory.Reads);
        try
        {
            await (random.Next(12) switch
            {
                10 => ReadSourceAsync(key, seed, token),
                0 => ReadManyAsync(random, seed, token),
                1 => TryAsync(key),
                2 or 3 or 4 => ReadWithLevelAsync(key, seed, token),
                _ => GetOrCreateAsync(key, seed, token),
            });
        }
        catch (RaceLoadException)
        {
            // Meant to happen.
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Meant to happen.
        }
        catch (Exception e)
        {
            history.Violation(key, $"a read threw {e}", key);
        }

        if (random.Next(10) == 0)
            await Task.Delay(random.Next(3));
    }

    private async Task GetOrCreateAsync(int key, int seed, CancellationToken token)
    {
        var begun = history.Begin(key);
        begun.Judge(await cache.GetOrCreateAsync(RaceKeys.Key(key), ct => source.LoadAsync(key, seed, ct), RaceKeys.Policy(key), token), "GetOrCreateAsync");
    }

    private async Task ReadWithLevelAsync(int key, int seed, CancellationToken token)
    {
        var begun = history.Begin(key);
        var result = await cache.ReadAsync(RaceKeys.Key(key), (source, key, seed), static (s, ct) => s.source.LoadAsync(s.key, s.seed, ct), RaceKeys.Policy(key), token);
        if (result.Level != CacheLevel.Memory)
            trace.Add(result.Level == CacheLevel.Redis ? RaceEvent.AnsweredFromRedis : RaceEvent.AnsweredFromSource, key, result.Value?.Version ?? 0);
        begun.Judge(result.Value, result.IsStale ? $"ReadAsync ({result.Level}, stale)" : $"ReadAsync ({result.Level})");
    }

    // Beyond every position: whatever was committed anywhere before must be in it, told or not.
    private async Task ReadSourceAsync(int key, int seed, CancellationToken token)
    {
        var begun = history.Begin(key, isTruth: true);
        var result = await cache.ReadAsync(RaceKeys.Key(key), (source, key, seed), static (s, ct) => s.source.LoadAsync(s.key, s.seed, ct), RaceKeys.Policy(key), ulong.MaxValue, token);
        begun.Judge(result.Value, "ReadAsync from the source");
    }

    private Task TryAsync(int key)
    {
        var begun = history.Begin(key);
        if (cache.TryGet<RaceValue?>(RaceKeys.Key(key), out var result))
            begun.Judge(result.Value, "TryGet");
        return Task.CompletedTask;
    }

    private async Task ReadManyAsync(Random random, int seed, CancellationToken token)
    {
        // Keys of one policy, as a page of results has them.
        var first = random.Next(RaceKeys.Keys) & ~3;
        int[] subjects = [.. Enumerable.Range(first, 4).Where(_ => random.Next(4) != 0).DefaultIfEmpty(first)];
        var begun = subjects.Select(subject => history.Begin(subject)).ToArray();
        var values = await cache.GetOrCreateManyAsync([.. subjects.Select(RaceKeys.Key)], (keys, ct) => source.LoadManyAsync(keys, subjects, seed, ct), RaceKeys.Policy(first), token);
        foreach (var beginning in begun)
            beginning.Judge(values.GetValueOrDefault(RaceKeys.Key(beginning.Key)), "GetOrCreateManyAsync");
    }

    private async Task WriteAsync(Random random)
    {
        int[] subjects = [.. Enumerable.Range(0, random.Next(6) == 0 ? 3 : 1).Select(_ => Pick(random, RaceKeys.Keys + RaceKeys.Parts)).Distinct()];
        var versions = subjects.Select(source.Commit).ToArray();
        // Committed and not yet told: what is loaded before this, and stored after it, is the race.
        await RaceSource.PauseAsync(random);
        foreach (var (subject, version) in subjects.Zip(versions))
            trace.Add(RaceEvent.Invalidating, subject, version);
        try
        {
            var seen = RacePositions.Seen(memory);
            await (random.Next(400) == 0
                ? cache.InvalidateAllAsync(seen)
                : cache.InvalidateAsync([.. subjects.Where(s => !RaceKeys.IsToldByTag(s)).Select(RaceKeys.Key)], [.. subjects.Where(RaceKeys.IsToldByTag).Select(RaceKeys.Tag)], seen));
        }
        catch (Exception e)
        {
            history.Violation(subjects[0], $"an invalidation threw {e}", subjects);
        }

        foreach (var (subject, version) in subjects.Zip(versions))
            history.Acknowledge(subject, version);
        // At once, before this node can have heard its own message: the invalidation alone must have been enough.
        for (var key = 0; key < RaceKeys.Keys; key++)
            await TryAsync(key);
        Interlocked.Increment(ref memory.Writes);
        await Task.Delay(random.Next(10));
    }

    // Half of all goes to a quarter of the subjects.
    private static int Pick(Random random, int count) => random.Next(2) == 0 ? random.Next(count / 4) * 4 % count : random.Next(count);

    private int HashCode(int seed, int worker) => unchecked((((seed * 397) + node) * 397) + worker);
}

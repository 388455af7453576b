using System.Diagnostics;
using Platform.Caching;

namespace Platform.LoadTests.Race;

/// <summary>The database of the race: commits versions and loads values, with random pauses where the races are.</summary>
internal sealed class RaceSource(RaceMemory memory, RaceTrace trace)
{
    private int _loading;

    internal bool IsLoading => Volatile.Read(ref _loading) > 0;

    internal long Commit(int subject)
    {
        var version = Interlocked.Increment(ref memory.Version(subject));
        // Long before its turn comes, so that nobody takes the time of an earlier round of the ring for it.
        Volatile.Write(ref memory.AcknowledgedAt(subject, version + (RaceMemory.Acknowledgements / 2)), 0);
        memory.Note(subject, version);
        trace.Add(RaceEvent.Committed, subject, version);
        return version;
    }

    /// <summary>Reads the truth, and dawdles before it is handed to the cache; now and then it fails.</summary>
    internal async ValueTask<RaceValue?> LoadAsync(int key, int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        Interlocked.Increment(ref _loading);
        try
        {
            Interlocked.Increment(ref memory.Loads);
            trace.Add(RaceEvent.LoadBegan, key, 0);
            await PauseAsync(random, cancellationToken);
            var value = await SeeAsync(key, random, cancellationToken);
            await (random.Next(10) == 0 ? Task.Delay(random.Next(5, 25), cancellationToken) : PauseAsync(random, cancellationToken));
            if (random.Next(40) == 0)
            {
                trace.Add(RaceEvent.LoadFailed, key, 0);
                throw new RaceLoadException();
            }

            trace.Add(RaceEvent.LoadEnded, key, value?.Version ?? 0);
            return value;
        }
        finally
        {
            Interlocked.Decrement(ref _loading);
        }
    }

    internal async ValueTask<IReadOnlyDictionary<CacheKey, RaceValue>> LoadManyAsync(IReadOnlyList<CacheKey> keys, int[] subjects, int seed, CancellationToken cancellationToken)
    {
        var values = new Dictionary<CacheKey, RaceValue>();
        foreach (var subject in subjects.Where(s => keys.Contains(RaceKeys.Key(s))))
        {
            if (await LoadAsync(subject, seed + subject, cancellationToken) is { } value)
                values[RaceKeys.Key(subject)] = value;
        }

        return values;
    }

    /// <summary>A sentinel is read at once and is never null.</summary>
    internal ValueTask<RaceValue> LoadSentinelAsync(int subject) => new(new RaceValue(subject, Volatile.Read(ref memory.Version(subject)), 0, 0));

    internal static async Task PauseAsync(Random random, CancellationToken cancellationToken = default)
    {
        switch (random.Next(8))
        {
            case 0:
                await Task.Delay(random.Next(1, 4), cancellationToken);
                break;
            case 1 or 2:
                var (started, pause) = (Stopwatch.GetTimestamp(), TimeSpan.FromMicroseconds(random.Next(200)));
                while (Stopwatch.GetElapsedTime(started) < pause)
                    Thread.SpinWait(20);
                break;
            case 3 or 4:
                await Task.Yield();
                break;
        }
    }

    /// <summary>Reads the truth of a key and then of its part, with a pause between when there is a random source.</summary>
    internal async ValueTask<RaceValue?> SeeAsync(int key, Random? random = null, CancellationToken cancellationToken = default)
    {
        var version = Volatile.Read(ref memory.Version(key));
        trace.Add(RaceEvent.LoadSaw, key, version);
        if (RaceKeys.IsAbsent(version))
            return null;
        if (!RaceKeys.HasPart(key))
            return new RaceValue(key, version, 0, 0);

        if (random is not null)
            await PauseAsync(random, cancellationToken);
        var part = RaceKeys.PartSubject(key, version);
        var partVersion = Volatile.Read(ref memory.Version(part));
        trace.Add(RaceEvent.LoadSaw, part, partVersion);
        return new RaceValue(key, version, part, partVersion);
    }
}

/// <summary>What a load of the race fails with, on purpose.</summary>
internal sealed class RaceLoadException : Exception
{
    public RaceLoadException()
        : base("A load that fails on purpose.")
    {
    }
}

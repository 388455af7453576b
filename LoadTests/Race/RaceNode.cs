using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Platform.Caching;
using StackExchange.Redis;

namespace Platform.LoadTests.Race;

/// <summary>The phases of a round, in their order; a phase's number is its round's times their count plus its own.</summary>
internal enum RacePhase
{
    Race = 1,
    Rest,
    Announce,
    Hear,
    CheckMemory,
    CheckReads,
}

/// <summary><c>race node</c>: one process of a race, with a cache of its own, told by the parent what to do when.</summary>
internal static class RaceNode
{
    internal const int Phases = 7;
    internal const long Over = long.MaxValue;
    internal const string RedisVariable = "RACE_REDIS";
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Option<string> File = new("--memory") { Required = true };
    private static readonly Option<int> Node = new("--node") { Required = true };

    internal static Command Create()
    {
        var node = new Command("node", "One process of a race; started by race cache.") { File, Node, RaceOptions.Seed, RaceOptions.Namespace, RaceOptions.Unfenced, RaceOptions.LagLimit, RaceOptions.Budget };
        node.Hidden = true;
        node.SetAction(RunAsync);
        return node;
    }

    internal static async Task<CacheManager> ConnectAsync(ParseResult arguments, string redis, string name)
    {
        var configuration = ConfigurationOptions.Parse(redis);
        configuration.ClientName = $"{arguments.GetValue(RaceOptions.Namespace)}-{name}"; // by which the faults know it
        var options = new CacheOptions
        {
            Namespace = arguments.GetValue(RaceOptions.Namespace)!,
            DetachedTtl = TimeSpan.FromMilliseconds(500),
            RedisBudget = TimeSpan.FromMilliseconds(arguments.GetValue(RaceOptions.Budget)),
            Fenced = !arguments.GetValue(RaceOptions.Unfenced),
        };
        return await CacheManager.ConnectAsync(configuration.ToString(includePassword: true), options);
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        EndWithParent();
        ThreadPool.SetMinThreads(16, 16);
        var (number, seed) = (arguments.GetValue(Node), arguments.GetValue(RaceOptions.Seed));
        using var memory = RaceMemory.Open(arguments.GetValue(File)!);
        var trace = new RaceTrace(memory, number);
        var source = new RaceSource(memory, trace);
        await using var cache = await ConnectAsync(arguments, Environment.GetEnvironmentVariable(RedisVariable)!, string.Create(CultureInfo.InvariantCulture, $"node{number}"));
        var history = new RaceHistory(memory, trace, $"node {number}", TimeSpan.FromSeconds(arguments.GetValue(RaceOptions.LagLimit)), () => (long)(cache.Applied?.Lsn ?? 0));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var positions = number == 0 ? new RacePositions(cache, memory).RunAsync(over.Token) : Task.CompletedTask;
        var workers = new RaceWorkers(cache, memory, source, history, trace, number);
        var sentinels = new RaceSentinels(cache, memory, source, history, number);

        for (long done = 0; ;)
        {
            memory.Done(number) = done;
            await RaceMemory.UntilAsync(() => Volatile.Read(ref memory.Phase) != done, "The parent says nothing.", Patience * 2, cancellationToken);
            var phase = Volatile.Read(ref memory.Phase);
            if (phase == Over)
                break;
            switch ((RacePhase)(phase % Phases))
            {
                case RacePhase.Race:
                    await sentinels.RememberAsync();
                    await workers.RunAsync(phase, unchecked(seed + (int)(phase / Phases * 7919)));
                    break;
                case RacePhase.Rest:
                    // Callers that left, and refreshes in the background, have loads that outlive the workers.
                    await RaceMemory.UntilAsync(() => !source.IsLoading, "Loads do not end.", Patience, cancellationToken);
                    await AttachedAsync(cache, cancellationToken);
                    break;
                case RacePhase.Announce:
                    await sentinels.AnnounceAsync();
                    await AttachedAsync(cache, cancellationToken);
                    break;
                case RacePhase.Hear:
                    await sentinels.HearAsync(cancellationToken);
                    break;
                case RacePhase.CheckMemory:
                    CheckMemory(cache, history);
                    break;
                case RacePhase.CheckReads:
                    await CheckReadsAsync(cache, memory, source, history);
                    break;
            }

            done = phase;
        }

        await over.CancelAsync();
        await positions;
        var families = cache.GetStatistics();
        Interlocked.Add(ref memory.MemoryHits, families.Sum(f => f.MemoryHits));
        Interlocked.Add(ref memory.RedisHits, families.Sum(f => f.RedisHits));
        return 0;
    }

    // What a node could not tell Redis it tells before it uses Redis again; until then the others cannot have heard it.
    private static Task AttachedAsync(CacheManager cache, CancellationToken cancellationToken) =>
        RaceMemory.UntilAsync(() => cache.IsAttached, "Redis does not come back into use.", Patience, cancellationToken);

    private static void CheckMemory(CacheManager cache, RaceHistory history)
    {
        for (var key = 0; key < RaceKeys.Keys; key++)
        {
            if (cache.TryGet<RaceValue?>(RaceKeys.Key(key), out var result))
                history.JudgeSettled(key, result.Value, "memory");
        }
    }

    /// <summary>Reads every key through the cache, whichever level answers.</summary>
    internal static async Task CheckReadsAsync(CacheManager cache, RaceMemory memory, RaceSource source, RaceHistory history)
    {
        for (var key = 0; key < RaceKeys.Keys; key++)
        {
            var result = await cache.ReadAsync(RaceKeys.Key(key), (source, key), static (s, ct) => s.source.SeeAsync(s.key, null, ct), RaceKeys.Policy(key));
            history.JudgeSettled(key, result.Value, result.Level.ToString());
            if (result.Level == CacheLevel.Redis)
                Interlocked.Increment(ref memory.SettledInRedis);
        }
    }

    // A parent that is killed must leave no process behind.
    private static void EndWithParent() => _ = Task.Run(async () =>
    {
        await Console.In.ReadToEndAsync();
        Process.GetCurrentProcess().Kill();
    });
}

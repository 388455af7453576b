using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Platform.LoadTests.Race;

/// <summary>
/// <c>race cache</c>: two processes with a cache each over one Redis read and write the same few keys, pausing at random
/// where a stale value could slip in. Every read is judged, and every second all stop and whatever is still cached, in
/// memory and in Redis, is compared with the truth. The exit code is 1 when anything stale was found, and 2 when the race
/// proved nothing.
/// </summary>
internal static class CacheRace
{
    private const int EnoughReads = 2_000;

    private static readonly Option<double> Seconds = new("--seconds") { Description = "How long to race.", DefaultValueFactory = _ => 20 };
    private static readonly Option<RaceFault[]> Faults = new("--faults") { Description = "What happens to Redis meanwhile.", AllowMultipleArgumentsPerToken = true };

    internal static Command Create()
    {
        var cache = new Command("cache", "Two processes on one Redis look for stale answers of the cache.")
        {
            Seconds, Faults, BenchRedis.Redis, RaceOptions.Seed, RaceOptions.Namespace, RaceOptions.Unfenced, RaceOptions.LagLimit, RaceOptions.Budget,
        };
        cache.SetAction(RunAsync);
        return cache;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var redis = await BenchRedis.StartAsync(arguments, cancellationToken);
        var path = Path.Combine(Path.GetTempPath(), $"{arguments.GetValue(RaceOptions.Namespace)}.memory");
        using var memory = RaceMemory.Create(path);
        List<Process> nodes = [];
        try
        {
            for (var node = 0; node < RaceKeys.Nodes; node++)
                memory.Done(node) = -1;
            nodes.AddRange(Enumerable.Range(0, RaceKeys.Nodes).Select(n => StartNode(arguments, path, redis.Configuration, n)));
            // On a busy machine a process may take longer to start than the whole race.
            await RaceMemory.UntilAsync(
                () => nodes.Any(n => n.HasExited) || Enumerable.Range(0, nodes.Count).All(n => Volatile.Read(ref memory.Done(n)) == 0), "A node does not start.", RaceNode.Patience, cancellationToken);
            var rounds = await RaceAsync(arguments, memory, nodes, redis.Configuration, cancellationToken);
            await Task.WhenAll(nodes.Select(n => n.WaitForExitAsync(cancellationToken)));
            return await ReportAsync(arguments, memory, rounds, nodes.All(n => n.ExitCode == 0));
        }
        finally
        {
            foreach (var node in nodes)
            {
                node.Kill();
                node.Dispose();
            }

            File.Delete(path);
            await redis.ForgetAsync(arguments.GetValue(RaceOptions.Namespace)!);
        }
    }

    private static async Task<int> RaceAsync(ParseResult arguments, RaceMemory memory, List<Process> nodes, string redis, CancellationToken cancellationToken)
    {
        var seed = arguments.GetValue(RaceOptions.Seed);
        var lag = TimeSpan.FromSeconds(arguments.GetValue(RaceOptions.LagLimit));
        var trace = new RaceTrace(memory, RaceKeys.Nodes);
        var source = new RaceSource(memory, trace);
        var history = new RaceHistory(memory, trace, "a process that was not there before", lag);
        await using var faults = await RaceFaults.ConnectAsync(arguments.GetValue(Faults) ?? [], redis, arguments.GetValue(RaceOptions.Namespace)!, seed);
        var burst = TimeSpan.FromSeconds(faults.Any ? 2 : 0.7);
        var rounds = 0;
        var clock = Stopwatch.StartNew();
        var end = TimeSpan.FromSeconds(arguments.GetValue(Seconds));
        // On a busy machine longer, until there was a race at all.
        for (; (clock.Elapsed < end || (Volatile.Read(ref memory.Reads) < EnoughReads && clock.Elapsed < 5 * end)) && !nodes.Any(n => n.HasExited) && !(arguments.GetValue(RaceOptions.Unfenced) && Volatile.Read(ref memory.Violations) > 0); rounds++)
        {
            Begin(RacePhase.Race);
            await faults.RunAsync(burst, cancellationToken);
            foreach (var phase in new[] { RacePhase.Rest, RacePhase.Announce, RacePhase.Hear, RacePhase.CheckMemory, RacePhase.CheckReads })
            {
                if (phase == RacePhase.CheckReads)
                {
                    // Before the nodes' reads fill Redis anew: a process with nothing in its memory sees what they have left.
                    await using var cache = await RaceNode.ConnectAsync(arguments, redis, "probe");
                    await RaceNode.CheckReadsAsync(cache, memory, source, history);
                }

                Begin(phase);
                await RaceMemory.UntilAsync(
                    () => nodes.Any(n => n.HasExited) || Enumerable.Range(0, nodes.Count).All(n => Volatile.Read(ref memory.Done(n)) == Volatile.Read(ref memory.Phase)),
                    "A node does not answer.", RaceNode.Patience, cancellationToken);
            }
        }

        memory.Phase = RaceNode.Over;
        return rounds;

        void Begin(RacePhase phase) => Volatile.Write(ref memory.Phase, (rounds * RaceNode.Phases) + (long)phase);
    }

    private static async Task<int> ReportAsync(ParseResult arguments, RaceMemory memory, int rounds, bool ended)
    {
        var found = Volatile.Read(ref memory.Violations);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            seed {arguments.GetValue(RaceOptions.Seed)}, {rounds} rounds, fence {(arguments.GetValue(RaceOptions.Unfenced) ? "off" : "on")}, faults: {string.Join(", ", (arguments.GetValue(Faults) ?? []).DefaultIfEmpty().Select(f => f.ToString().ToLowerInvariant()))}
            {memory.Reads:N0} reads, {memory.Writes:N0} writes, {memory.Loads:N0} loads; {memory.MemoryHits:N0} answers from memory, {memory.RedisHits:N0} from Redis, {memory.SettledInRedis:N0} values found in Redis at quiescence
            {memory.Position:N0} commits; {memory.Vouched:N0} values that had been replaced, or were soon after, held against the position that their node vouched for
            the other process' changes were heard within {memory.LongestLag / (double)Stopwatch.Frequency * 1000:N1} ms
            stale: {found:N0}
            """));
        if (!ended)
            await Console.Out.WriteLineAsync("A node failed.");
        if (memory.MemoryHits == 0 || memory.RedisHits == 0 || memory.SettledInRedis == 0)
            await Console.Out.WriteLineAsync("Nothing was answered from a cache: this proves nothing.");
        return found > 0 ? 1 : ended && memory.MemoryHits > 0 && memory.RedisHits > 0 && memory.SettledInRedis > 0 ? 0 : 2;
    }

    private static Process StartNode(ParseResult arguments, string path, string redis, int number)
    {
        string[] words =
        [
            "race", "node", "--memory", path, "--node", Text(number), "--seed", Text(arguments.GetValue(RaceOptions.Seed)),
            "--namespace", arguments.GetValue(RaceOptions.Namespace)!, "--lag", Text(arguments.GetValue(RaceOptions.LagLimit)), "--budget", Text(arguments.GetValue(RaceOptions.Budget)),
        ];
        var start = BenchProcess.Self(arguments.GetValue(RaceOptions.Unfenced) ? [.. words, "--unfenced"] : words);
        start.RedirectStandardInput = true;
        start.Environment[RaceNode.RedisVariable] = redis;
        return Process.Start(start)!;

        static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
    }
}

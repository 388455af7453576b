using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Platform.Faults;
using Platform.LoadTests.Changes.History;

namespace Platform.LoadTests.Changes.Clients;

/// <summary>
/// What clients are told while something is killed under them: nothing is lost, or they are told what may be missing; and
/// how long it takes until changes come as soon as before.
/// </summary>
internal static class FaultsBench
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Goal = TimeSpan.FromSeconds(10);
    // Above this a change is late: the figure for it in peace is a quarter of a second.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    internal static readonly string[] All = ["realtime", "redis", "redis-empty", "postgres"];

    internal static async Task<bool> RunAsync(string[] faults, CancellationToken cancellationToken)
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await using var redis = await RedisServer.StartNewAsync(writesAll: true);
        await using var stack = BenchStack.On(postgres.ConnectionString);
        var database = await stack.CreateDatabaseAsync("bench_faults", fresh: true, cancellationToken);
        await using var source = NpgsqlDataSource.Create(database.Admin);
        var books = await BookWriter.CreateBooksAsync(source, ClientsBench.Books, cancellationToken);
        var isRight = true;
        foreach (var fault in faults)
            isRight &= await RunAsync(fault, postgres, redis, database, source, books, cancellationToken);
        return isRight;
    }

    private static async Task<bool> RunAsync(
        string fault, PostgresServer postgres, RedisServer redis, BenchDatabase database, NpgsqlDataSource source, Guid[] books, CancellationToken cancellationToken)
    {
        using var nodes = await RealtimeNodes.StartAsync(database, $"{redis.Address},abortConnect=false", source, cancellationToken);
        var truth = new TrueHistory(source, database.Admin);
        await truth.BeginAsync(cancellationToken);
        try
        {
            await using var crowd = new Crowd(() => nodes.Addresses, books, ClientsBench.Clients, ClientsBench.TopicsOfClient);
            await crowd.StartAsync(cancellationToken);
            var writer = new BookWriter(source, books, ClientsBench.PerSecond);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var writing = writer.WriteAsync(stop.Token);
            await Task.Delay(Before, cancellationToken);

            var killed = Stopwatch.GetTimestamp();
            await StrikeAsync(fault, postgres, redis, nodes);
            var back = Stopwatch.GetTimestamp();
            await Task.Delay(After, cancellationToken);
            await stop.CancelAsync();
            await writing;
            var happened = await truth.ReadAsync(cancellationToken);
            await crowd.DrainAsync(happened, cancellationToken);

            var verdict = crowd.Check(happened);
            var lateUntil = crowd.Delays(writer.CommittedAt).Where(delay => delay.After > Late).Select(delay => delay.At).DefaultIfEmpty(killed).Max();
            var sinceKilled = Stopwatch.GetElapsedTime(killed, Math.Max(lateUntil, killed));
            var sinceBack = Stopwatch.GetElapsedTime(back, Math.Max(lateUntil, back));
            var isRight = verdict.IsHonest && verdict.Right > 0 && sinceBack < Goal;
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{fault}: {happened.Values.Sum(events => events.Count) / (Before + After + (Stopwatch.GetElapsedTime(killed, back))).TotalSeconds:N0} changes/s; {verdict}\n  all is told within {Late.TotalSeconds} s again {sinceKilled.TotalSeconds:N1} s after the kill, {sinceBack.TotalSeconds:N1} s after it was back (goal under {Goal.TotalSeconds}); {crowd.Reconnections} reconnections, {writer.Failures} writes failed: {(isRight ? "reached" : "MISSED")}"));
            foreach (var finding in verdict.Findings)
                await Console.Out.WriteLineAsync($"    {finding}");
            return isRight;
        }
        finally
        {
            await truth.ForgetAsync(CancellationToken.None);
        }
    }

    private static async Task StrikeAsync(string fault, PostgresServer postgres, RedisServer redis, RealtimeNodes nodes)
    {
        switch (fault)
        {
            case "realtime":
                nodes.KillHolder();
                break;
            case "redis":
                await redis.KillAsync();
                await redis.StartAsync();
                break;
            case "redis-empty":
                await redis.KillAsync();
                redis.Lose();
                await redis.StartAsync();
                break;
            case "postgres":
                await postgres.KillAsync();
                await postgres.StartAsync();
                break;
            default:
                throw new ArgumentException($"There is no fault {fault}.", nameof(fault));
        }
    }
}

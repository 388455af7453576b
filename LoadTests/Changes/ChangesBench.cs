using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;
using Platform.ChangeStream;
using Platform.LoadTests.Changes.Clients;

namespace Platform.LoadTests.Changes;

/// <summary>
/// <c>bench changes</c>: how many changes a second a reader delivers, next to a loop that only counts what PostgreSQL sends;
/// how long a change takes to it; what memory one transaction of a million rows takes; and what reaches SignalR's clients, in
/// peace (<see cref="ClientsBench"/>) and under faults (<see cref="FaultsBench"/>).
/// </summary>
internal static class ChangesBench
{
    private const double Goal = 0.8;
    private static readonly TimeSpan LatencyGoal = TimeSpan.FromMilliseconds(20);
    private const long MemoryGoal = 300L << 20;

    private static readonly Option<int> Rows = new("--rows") { Description = "How many rows are changed.", DefaultValueFactory = _ => 1_000_000 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How many rounds count.", DefaultValueFactory = _ => 3 };
    private static readonly Option<string[]> Parts = new("--parts")
    {
        Description = "Which figures: throughput, latency, large, clients, faults; all of them without.", AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["throughput", "latency", "large", "clients", "faults"],
    };

    private static readonly Option<string[]> Faults = new("--faults") { Description = "What is killed under clients: " + string.Join(", ", FaultsBench.All) + "; all of it without.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => FaultsBench.All };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long clients listen in each round.", DefaultValueFactory = _ => 10 };

    internal static Command Create()
    {
        var changes = new Command("changes", "The change stream next to the bare protocol.") { Rows, Rounds, Parts, Faults, Seconds, BenchRedis.Redis };
        changes.SetAction(RunAsync);
        return changes;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var stack = await BenchStack.StartAsync(arguments, cancellationToken);
        var databases = await stack.CreateDatabaseAsync("bench_changes", fresh: true, cancellationToken);
        var database = databases.Admin;
        var parts = arguments.GetValue(Parts)!;
        var reached = true;
        await using var source = NpgsqlDataSource.Create(database);
        await ExecuteAsync(source, "CREATE TABLE things (id int PRIMARY KEY, at timestamptz NOT NULL, n int NOT NULL, key uuid NOT NULL, text text NOT NULL); CREATE PUBLICATION things FOR TABLE things", cancellationToken);
        if (parts.Contains("throughput"))
            reached &= await ThroughputAsync(source, database, arguments, cancellationToken);
        if (parts.Contains("latency"))
            reached &= await LatencyAsync(source, database, cancellationToken);
        if (parts.Contains("large"))
            reached &= await LargeAsync(source, database, arguments.GetValue(Rows), cancellationToken);
        if (parts.Contains("clients"))
        {
            await using var redis = await BenchRedis.StartAsync(arguments, cancellationToken);
            reached &= await new ClientsBench(databases, redis, source).RunAsync(arguments.GetValue(Rounds), TimeSpan.FromSeconds(arguments.GetValue(Seconds)), cancellationToken);
        }

        if (parts.Contains("faults"))
            reached &= await FaultsBench.RunAsync(arguments.GetValue(Faults)!, cancellationToken);
        return reached ? 0 : 1;
    }

    // Both read the same changes, each from a slot of its own that was made before them; 100 rows a transaction.
    private static async Task<bool> ThroughputAsync(NpgsqlDataSource source, string database, ParseResult arguments, CancellationToken cancellationToken)
    {
        var (rows, rounds) = (arguments.GetValue(Rows), arguments.GetValue(Rounds));
        var bareSlots = Enumerable.Range(0, rounds + 1).Select(n => string.Create(CultureInfo.InvariantCulture, $"bench_bare_{n}")).ToArray();
        var ourSlots = Enumerable.Range(0, rounds + 1).Select(n => string.Create(CultureInfo.InvariantCulture, $"bench_ours_{n}")).ToArray();
        string[] slots = [.. bareSlots, .. ourSlots];
        foreach (var slot in slots)
            await ExecuteAsync(source, $"SELECT pg_create_logical_replication_slot('{slot}', 'pgoutput')", cancellationToken);
        try
        {
            await ExecuteAsync(source, "CREATE PROCEDURE fill(first int, last int) LANGUAGE plpgsql AS $$ BEGIN FOR n IN first..last BY 100 LOOP INSERT INTO things SELECT i, now(), i, gen_random_uuid(), repeat('x', 240) FROM generate_series(n, n + 99) i; COMMIT; END LOOP; END $$", cancellationToken);
            await ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"CALL fill(1, {rows})"), cancellationToken);

            var (bareRound, ourRound) = (0, 0);
            var limit = new Measured("bare pgoutput loop that only counts", "changes/s");
            var figure = new Measured("ChangeStreamReader", "changes/s");
            var ratio = await Measured.AgainstAsync(rounds,
                (limit, () => BareAsync(database, bareSlots[bareRound++], rows, cancellationToken)), (figure, () => OursAsync(database, ourSlots[ourRound++], rows, cancellationToken)));
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{limit}\n{figure}\nreader / limit = {ratio:P0}, goal at least {Goal:P0}: {(ratio >= Goal ? "reached" : "MISSED")}"));
            return ratio >= Goal;
        }
        finally
        {
            foreach (var slot in slots)
                await ExecuteAsync(source, $"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{slot}' AND NOT active", CancellationToken.None);
        }
    }

    private static async Task<double> BareAsync(string database, string slot, int rows, CancellationToken cancellationToken)
    {
        await using var connection = new LogicalReplicationConnection(database) { WalReceiverStatusInterval = TimeSpan.FromSeconds(1) };
        await connection.Open(cancellationToken);
        var clock = Stopwatch.StartNew();
        var seen = 0;
        await foreach (var message in connection.StartReplication(new PgOutputReplicationSlot(slot), new PgOutputReplicationOptions("things", PgOutputProtocolVersion.V2), cancellationToken))
        {
            if (message is InsertMessage && ++seen == rows)
                break;
        }

        return rows / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> OursAsync(string database, string slot, int rows, CancellationToken cancellationToken)
    {
        await using var reader = new ChangeStreamReader(Options(database, slot));
        var clock = Stopwatch.StartNew();
        var seen = 0;
        await foreach (var batch in reader.ReadAsync(cancellationToken))
        {
            seen += batch.Changes.Count;
            await reader.ConfirmAsync(batch, cancellationToken);
            if (seen == rows)
                break;
        }

        return rows / clock.Elapsed.TotalSeconds;
    }

    // 500 transactions a second, evenly; from the moment that the commit was acknowledged to whoever made it.
    private static async Task<bool> LatencyAsync(NpgsqlDataSource source, string database, CancellationToken cancellationToken)
    {
        const int PerSecond = 500;
        const int Count = 20 * PerSecond;
        await ExecuteAsync(source, "TRUNCATE things", cancellationToken);
        var committed = new long[Count + 1];
        var seen = new long[Count + 1];
        await using var reader = new ChangeStreamReader(Options(database, "bench_latency"));
        var all = new TaskCompletionSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Run(async () =>
        {
            var count = 0;
            await foreach (var batch in reader.ReadAsync(stop.Token))
            {
                var now = Stopwatch.GetTimestamp();
                foreach (var change in batch.Changes)
                {
                    seen[int.Parse(change["id"].Text!, CultureInfo.InvariantCulture)] = now;
                    count++;
                }

                await reader.ConfirmAsync(batch, stop.Token);
                if (count == Count)
                    all.SetResult();
            }
        }, stop.Token);
        while (!reader.Status.IsActive)
            await Task.Delay(50, cancellationToken);

        await Paced.RunAsync(Count, PerSecond, async (n, token) =>
        {
            await using var command = source.CreateCommand("INSERT INTO things VALUES ($1, now(), 0, gen_random_uuid(), '')");
            command.Parameters.Add(new() { Value = n });
            await command.ExecuteNonQueryAsync(token);
            committed[n] = Stopwatch.GetTimestamp();
        }, cancellationToken);
        await all.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        await stop.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ExecuteAsync(source, "SELECT pg_drop_replication_slot('bench_latency')", cancellationToken);

        var latency = new Measured($"from commit to batch, {PerSecond} transactions/s", "ms");
        for (var n = 1; n <= Count; n++)
            latency.Add(Math.Max(0, Stopwatch.GetElapsedTime(committed[n], seen[n]).TotalMilliseconds));
        var worst = TimeSpan.FromMilliseconds(latency.Percentile(99));
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{latency}\np99 {worst.TotalMilliseconds:N1} ms, goal under {LatencyGoal.TotalMilliseconds} ms: {(worst < LatencyGoal ? "reached" : "MISSED")}"));
        return worst < LatencyGoal;
    }

    private static async Task<bool> LargeAsync(NpgsqlDataSource source, string database, int rows, CancellationToken cancellationToken)
    {
        await ExecuteAsync(source, "TRUNCATE things", cancellationToken);
        await ExecuteAsync(source, "SELECT pg_create_logical_replication_slot('bench_large', 'pgoutput')", cancellationToken);
        await ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO things SELECT i, now(), i, gen_random_uuid(), repeat('x', 240) FROM generate_series(1, {rows}) i"), cancellationToken);
        await using var reader = new ChangeStreamReader(Options(database, "bench_large"));
        var (seen, most) = (0, 0L);
        await foreach (var batch in reader.ReadAsync(cancellationToken))
        {
            seen += batch.Changes.Count;
            most = Math.Max(most, Environment.WorkingSet);
            await reader.ConfirmAsync(batch, cancellationToken);
            if (batch.IsLast)
                break;
        }

        await ExecuteAsync(source, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'bench_large' AND NOT active", cancellationToken);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{seen:N0} rows in one transaction: the process had at most {most / 1024 / 1024} MB, goal within {MemoryGoal / 1024 / 1024} MB: {(seen == rows && most <= MemoryGoal ? "reached" : "MISSED")}"));
        return seen == rows && most <= MemoryGoal;
    }

    private static ChangeStreamOptions Options(string database, string slot) => new() { ConnectionString = database, Slot = slot, Publication = "things" };

    private static async Task ExecuteAsync(NpgsqlDataSource source, string statement, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // made in this file
        await using var command = source.CreateCommand(statement);
#pragma warning restore CA2100
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

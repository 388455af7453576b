using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Platform.LoadTests.Changes.History;
using Platform.LoadTests.Http;

namespace Platform.LoadTests.Changes.Clients;

/// <summary>
/// How long a change takes from its commit to SignalR's clients, next to a hub that does no more than pass it on; and
/// whether each client was told all of it, once and in order.
/// </summary>
internal sealed class ClientsBench(BenchDatabase database, BenchRedis redis, NpgsqlDataSource source)
{
    internal const int PerSecond = 500;
    internal const int Clients = 200;
    internal const int TopicsOfClient = 10;
    internal const int Books = 200;
    private static readonly TimeSpan Goal = TimeSpan.FromMilliseconds(250);

    internal async Task<bool> RunAsync(int rounds, TimeSpan time, CancellationToken cancellationToken)
    {
        var books = await BookWriter.CreateBooksAsync(source, Books, cancellationToken);
        var isRight = true;
        var limit = new Measured("bare hub: p99 from commit to client", "ms");
        var figure = new Measured("realtime: p99 from commit to client", "ms");
        await Measured.AgainstAsync(rounds, (limit, BareAsync), (figure, OursAsync));
        var isFast = figure.Median < Goal.TotalMilliseconds;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{limit}\n{figure}\n{PerSecond} changes/s, {Clients} clients of {TopicsOfClient} topics: p99 {figure.Median:N1} ms, goal under {Goal.TotalMilliseconds} ms: {(isFast ? "reached" : "MISSED")}; every history complete: {(isRight ? "yes" : "NO")}"));
        return isFast && isRight;

        async Task<double> BareAsync()
        {
            using var hub = ServerProcess.Start(typeof(BareHub).Assembly.Location, ["serve", "changes"], new Dictionary<string, string> { [BareHub.ConnectionVariable] = database.Admin }, processor: null);
            using var client = new HttpClient();
            await hub.ReadyAsync(client, "/health", cancellationToken);
            // What it may miss is not held against it: it promises nothing.
            return (await RoundAsync(() => [hub.Address], books, time, cancellationToken)).Worst;
        }

        async Task<double> OursAsync()
        {
            HistoryVerdict verdict;
            double worst;
            using (var nodes = await RealtimeNodes.StartAsync(database, redis.Configuration, source, cancellationToken))
                (worst, verdict) = await RoundAsync(() => nodes.Addresses, books, time, cancellationToken);
            // Else the next would begin with what the bare hub's round leaves.
            await RealtimeNodes.ForgetAsync(source, redis, cancellationToken);
            isRight &= verdict.IsComplete && verdict.Right > 0;
            await Console.Out.WriteLineAsync($"  {verdict}");
            foreach (var finding in verdict.Findings)
                await Console.Out.WriteLineAsync($"    {finding}");
            return worst;
        }
    }

    private async Task<(double Worst, HistoryVerdict Verdict)> RoundAsync(Func<IReadOnlyList<Uri>> nodes, Guid[] books, TimeSpan time, CancellationToken cancellationToken)
    {
        var truth = new TrueHistory(source, database.Admin);
        await truth.BeginAsync(cancellationToken);
        try
        {
            await using var crowd = new Crowd(nodes, books, Clients, TopicsOfClient);
            await crowd.StartAsync(cancellationToken);
            var writer = new BookWriter(source, books, PerSecond);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var began = Stopwatch.GetTimestamp();
            stop.CancelAfter(time);
            await writer.WriteAsync(stop.Token);
            var happened = await truth.ReadAsync(cancellationToken);
            await crowd.DrainAsync(happened, cancellationToken);

            var delays = new Measured("from commit to client", "ms");
            // The first moments compile what the rest runs.
            foreach (var (at, after) in crowd.Delays(writer.CommittedAt).Where(delay => Stopwatch.GetElapsedTime(began, delay.At) > time / 5))
                delays.Add(after.TotalMilliseconds);
            var written = happened.Values.Sum(events => events.Count);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {written / time.TotalSeconds:N0} changes/s; from commit to client p50 {delays.Median:N1}, p99 {delays.Percentile(99):N1}, p99.9 {delays.Percentile(99.9):N1} ms"));
            return (delays.Percentile(99), crowd.Check(happened));
        }
        finally
        {
            await truth.ForgetAsync(CancellationToken.None);
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Npgsql;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.LoadTests.Http;

namespace Platform.LoadTests.Events;

/// <summary>How long an interaction takes from its commit to the event store and to the reader's history, of a service in a process of its own.</summary>
internal sealed class EventLatency(BenchDatabase database, CosmosServer cosmos)
{
    private const int PerSecond = 300;
    private const int Count = 20 * PerSecond;
    private const string Name = "latency";
    private const string Slot = "bench_event_latency";
    private static readonly TimeSpan StoreGoal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProjectionGoal = TimeSpan.FromSeconds(3);

    internal async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(database.Admin);
        // One interaction each, so that each history tells of one.
        var (book, users) = await TestInteractions.PrepareAsync(source, Count + 1, cancellationToken);
        var slot = new BenchSlot(source, Slot);
        try
        {
            return await MeasureAsync(source, slot, book, users, cancellationToken);
        }
        finally
        {
            await slot.DropAsync(CancellationToken.None);
        }
    }

    private async Task<bool> MeasureAsync(NpgsqlDataSource source, BenchSlot slot, Guid book, Guid[] users, CancellationToken cancellationToken)
    {
        using var service = ServerProcess.Start(typeof(EventIngest).Assembly.Location, [], new Dictionary<string, string>
        {
            ["ConnectionStrings__platform-replicator"] = database.Replicator, ["ConnectionStrings__cosmos"] = cosmos.ConnectionString,
            ["ChangeStream__Slot"] = Slot, ["Analytics__Database"] = Name, ["Api__Address"] = "http://127.0.0.1:9",
        }, processor: null);
        using var client = cosmos.CreateClient(gathers: false);
        var events = client.GetContainer(Name, EventContainers.EventsName);
        var histories = client.GetContainer(Name, ProjectionContainers.HistoriesName(1));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stored = new ConcurrentDictionary<Guid, long>();
        var projected = new ConcurrentDictionary<Guid, long>();
        var watching = Task.WhenAll(
            WatchAsync(events, one => one.GetProperty("data").TryGetProperty("user_id", out var user) ? user.GetGuid() : null, stored, stop.Token),
            WatchAsync(histories, one => one.TryGetProperty("user", out var user) && Guid.TryParse(user.GetString(), out var id) ? id : null, projected, stop.Token));
        // What is said before there is a slot nobody hears. The last user's tells that everything is under way.
        await slot.HeldAsync(cancellationToken);
        await TestInteractions.CommitAsync(source, book, [users[Count]], cancellationToken);
        await UntilAsync(() => projected.ContainsKey(users[Count]), cancellationToken);

        var committed = new ConcurrentDictionary<Guid, long>();
        await Paced.RunAsync(Count, PerSecond, async (number, token) =>
        {
            await TestInteractions.CommitAsync(source, book, [users[number - 1]], token);
            committed[users[number - 1]] = Stopwatch.GetTimestamp();
        }, cancellationToken);
        await UntilAsync(() => projected.Count > Count && stored.Count > Count, cancellationToken);
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await SayAsync("event store", committed, stored, StoreGoal) & await SayAsync("projections", committed, projected, ProjectionGoal);
    }

    // When each was seen first; what is not there yet is looked for again.
    private static async Task WatchAsync(Container container, Func<JsonElement, Guid?> whose, ConcurrentDictionary<Guid, long> seen, CancellationToken stop)
    {
        var feed = container.GetChangeFeedIterator<JsonElement>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.LatestVersion);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var page = await feed.ReadNextAsync(stop);
                var now = Stopwatch.GetTimestamp();
                if (page.StatusCode == HttpStatusCode.NotModified)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(10), stop);
                    continue;
                }

                foreach (var user in page.Select(whose).OfType<Guid>())
                    seen.TryAdd(user, now);
            }
            catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), stop);
                feed = container.GetChangeFeedIterator<JsonElement>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.LatestVersion);
            }
        }
    }

    private static async Task<bool> SayAsync(string where, ConcurrentDictionary<Guid, long> committed, ConcurrentDictionary<Guid, long> seen, TimeSpan goal)
    {
        var latency = new Measured($"from commit to {where}, {PerSecond} events/s", "ms");
        foreach (var (user, at) in committed)
            latency.Add(Math.Max(0, Stopwatch.GetElapsedTime(at, seen[user]).TotalMilliseconds));
        var worst = TimeSpan.FromMilliseconds(latency.Percentile(99));
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{latency}\np99 {worst.TotalMilliseconds:N0} ms, goal under {goal.TotalMilliseconds:N0} ms: {(worst < goal ? "reached" : "MISSED")}"));
        return worst < goal;
    }

    private static async Task UntilAsync(Func<bool> holds, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(2))
                throw new TimeoutException("What was committed did not arrive.");
            await Task.Delay(20, cancellationToken);
        }
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Analytics;
using Platform.Analytics.Events;
using Platform.Analytics.Forgetting;
using Platform.Analytics.Ingest;
using Platform.ChangeStream;

namespace Platform.LoadTests.Events;

/// <summary>Events a second from the slot into the event store, next to a loop that writes as many from memory, in no order and only once.</summary>
internal sealed class IngestThroughput(BenchDatabase database, CosmosServer cosmos, int events)
{
    private const double Goal = 0.8;
    private const int InTransaction = 100;

    internal async Task<bool> RunAsync(int rounds, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(database.Admin);
        var (book, users) = await TestInteractions.PrepareAsync(source, events / 4, cancellationToken);
        // Each round reads the same from a slot of its own, made before.
        for (var round = 0; round <= rounds; round++)
        {
            using var first = await StartAsync(round, cancellationToken);
            await first.StopAsync(cancellationToken);
        }

        try
        {
            var random = new Random(1);
            var whose = Enumerable.Range(0, events).Select(_ => users[random.Next(users.Length)]).ToArray();
            foreach (var transaction in whose.Chunk(InTransaction))
                await TestInteractions.CommitAsync(source, book, transaction, cancellationToken);
            var told = whose.Select((user, number) => TestInteractions.Event(book, user, number)).ToArray();

            var (bareRound, ourRound) = (0, 0);
            var limit = new Measured("bare loop of bulk upserts", "events/s");
            var figure = new Measured("from the slot into the event store", "events/s");
            var ratio = await Measured.AgainstAsync(rounds, (limit, () => BareAsync(bareRound++, told, cancellationToken)), (figure, () => OursAsync(ourRound++, cancellationToken)));
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{limit}\n{figure}\ningest / limit = {ratio:P0}, goal at least {Goal:P0}: {(ratio >= Goal ? "reached" : "MISSED")}"));
            return ratio >= Goal;
        }
        finally
        {
            await using var drop = source.CreateCommand("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'bench\\_events\\_%' AND NOT active");
            await drop.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private async Task<double> BareAsync(int round, AnalyticsEvent[] told, CancellationToken cancellationToken)
    {
        using var client = cosmos.CreateClient(gathers: true);
        Microsoft.Azure.Cosmos.Database made = await client.CreateDatabaseIfNotExistsAsync("bare", cancellationToken: cancellationToken);
        Container container = await made.CreateContainerAsync(string.Create(CultureInfo.InvariantCulture, $"events-{round}"), "/stream", cancellationToken: cancellationToken);
        var quiet = new ItemRequestOptions { EnableContentResponseOnWrite = false };
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(told.Select(one => container.UpsertItemAsync(one, new PartitionKey(one.Stream), quiet, cancellationToken)));
        return told.Length / clock.Elapsed.TotalSeconds;
    }

    private async Task<double> OursAsync(int round, CancellationToken cancellationToken)
    {
        var (written, all) = (0L, new TaskCompletionSource());
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument is { Meter.Name: AnalyticsMeter.Name, Name: "events_written_total" })
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) =>
        {
            if (Interlocked.Add(ref written, count) >= events)
                all.TrySetResult();
        });
        listener.Start();
        using var host = await StartAsync(round, cancellationToken);
        var clock = Stopwatch.StartNew();
        await all.Task.WaitAsync(TimeSpan.FromMinutes(5), cancellationToken);
        var figure = events / clock.Elapsed.TotalSeconds;
        await host.StopAsync(cancellationToken);
        return figure;
    }

    // Until it has the slot: what comes before is not what is measured.
    private async Task<IHost> StartAsync(int round, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:platform-replicator"] = database.Replicator, ["ConnectionStrings:cosmos"] = cosmos.ConnectionString,
            ["ChangeStream:Slot"] = string.Create(CultureInfo.InvariantCulture, $"bench_events_{round}"), ["ChangeStream:SenderTimeout"] = "00:00:20",
            ["Analytics:Database"] = string.Create(CultureInfo.InvariantCulture, $"ingest-{round}"),
        });
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.AddCosmosClients();
        builder.AddEventIngest();
        builder.Services.AddSingleton<ForgottenUsers>().AddSingleton<Forgetfulness>();
        var host = builder.Build();
        await host.Services.GetRequiredService<EventContainers>().InsistAsync(_ => Task.FromResult(true), cancellationToken);
        await host.StartAsync(cancellationToken);
        var reader = host.Services.GetRequiredService<ChangeStreamReader>();
        while (!reader.Status.IsActive)
            await Task.Delay(1, cancellationToken);
        return host;
    }
}

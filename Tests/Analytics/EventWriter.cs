using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Platform.Analytics;
using Platform.Analytics.Events;
using Platform.Analytics.Forgetting;
using Platform.Analytics.Ingest;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics;

/// <summary>The part of an instance that writes to Cosmos DB, without the database that it reads.</summary>
internal sealed class EventWriter : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public EventWriter(CosmosEmulator cosmos, string database, string? connectionString = null)
    {
        var client = cosmos.CreateClient(options => options.AllowBulkExecution = true, connectionString);
        _services = new ServiceCollection().AddLogging().AddMetrics()
            .AddSingleton(client).AddKeyedSingleton(CosmosClients.AtOnce, client)
            .AddSingleton(new EventStoreOptions(database, 100, 2_000))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IngestTelemetry>().AddSingleton<EventContainers>().AddSingleton<ParkedStreams>().AddSingleton<EventStore>().AddSingleton<ParkedReplay>()
            .AddSingleton<ForgottenUsers>().AddSingleton<Forgetfulness>()
            .BuildServiceProvider();
        Database = database;
        Store = _services.GetRequiredService<EventStore>();
        Parked = _services.GetRequiredService<ParkedStreams>();
        Replay = _services.GetRequiredService<ParkedReplay>();
        Containers = _services.GetRequiredService<EventContainers>();
        Forgotten = _services.GetRequiredService<ForgottenUsers>();
    }

    public string Database { get; }

    public EventStore Store { get; }

    public ParkedStreams Parked { get; }

    public ParkedReplay Replay { get; }

    public EventContainers Containers { get; }

    public ForgottenUsers Forgotten { get; }

    /// <summary>An event of <paramref name="stream"/>, the <paramref name="number"/>th of all.</summary>
    public static AnalyticsEvent Event(string stream, int number, string text = "") => new($"{number}", stream, "test.happened",
        DateTimeOffset.UnixEpoch.AddSeconds(number), $"{number:x16}-1-00000001", JsonSerializer.SerializeToElement(new { text }));

    /// <summary>Replays what was asked for, as the instance does that has the slot.</summary>
    public async Task ReplayAsync()
    {
        foreach (var stream in await Replay.FindAskedAsync(TestContext.Current.CancellationToken))
            await Replay.RunAsync(stream, TestContext.Current.CancellationToken);
    }

    /// <summary>The ids of all events, in the order of the change feed.</summary>
    public async Task<List<string>> FeedAsync()
    {
        List<string> ids = [];
        using var feed = Containers.Events.GetChangeFeedIterator<AnalyticsEvent>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.LatestVersion);
        while (await feed.ReadNextAsync(TestContext.Current.CancellationToken) is { StatusCode: not System.Net.HttpStatusCode.NotModified } page)
            ids.AddRange(page.Select(one => one.Id));
        return ids;
    }

    /// <summary>What is parked of a stream, in the order of what happened.</summary>
    public async Task<List<ParkedEvent>> ParkedOfAsync(string stream)
    {
        List<ParkedEvent> found = [];
        using var pages = Containers.Parked.GetItemQueryIterator<ParkedEvent>("SELECT * FROM c WHERE c.id != 'replay' ORDER BY c.position", requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(stream) });
        while (pages.HasMoreResults)
            found.AddRange(await pages.ReadNextAsync(TestContext.Current.CancellationToken));
        return found;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

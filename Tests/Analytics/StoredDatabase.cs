using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Platform.Tests.Emulators.Cosmos;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics;

/// <summary>A database, and the Cosmos DB that what happens in it is taken to.</summary>
internal sealed class StoredDatabase : IAsyncDisposable
{
    private StoredDatabase(TestDatabase database, CosmosEmulator cosmos) => (Database, Cosmos) = (database, cosmos);

    /// <summary>An event as it is stored.</summary>
    public sealed record Stored(string Id, string Stream, string Type, string Position, Dictionary<string, JsonElement> Data, int Revision = 0);

    public TestDatabase Database { get; }

    public CosmosEmulator Cosmos { get; }

    public Container Events => Cosmos.Client.GetContainer("analytics", "events");

    /// <summary>What somebody else has made and disposes of.</summary>
    public static StoredDatabase Of(TestDatabase database, CosmosEmulator cosmos) => new(database, cosmos);

    public static async Task<StoredDatabase> CreateAsync(Stack stack) => new(await stack.CreateDatabaseAsync(), await CosmosEmulator.StartAsync());

    /// <summary>Starts the service between them; it need not be able to do anything.</summary>
    public AnalyticsProcess Start(params (string Key, string Value)[] settings) => AnalyticsProcess.Start(Database, Cosmos.ConnectionString, settings);

    /// <summary>Adds a book, in a transaction of its own.</summary>
    public async Task<Guid> AddBookAsync(string title)
    {
        var id = Guid.CreateVersion7();
        await Database.ExecuteAsync("INSERT INTO catalog.books (id, title, description, created_at, updated_at) VALUES ($1, $2, 'long', now(), now())", id, title);
        return id;
    }

    /// <summary>Waits until the events of a book are as wanted.</summary>
    public Task HoldsAsync(Guid book, Func<List<Stored>, bool> holds, string what = "the events are stored") => HoldsAsync($"book:{book}", holds, what);

    /// <summary>Waits until the events of a stream are as wanted.</summary>
    public Task HoldsAsync(string stream, Func<List<Stored>, bool> holds, string what = "the events are stored") =>
        Eventually.HoldsAsync(async () => holds(await EventsAsync(stream)), what, TimeSpan.FromMinutes(2));

    /// <summary>The events of a book, in order.</summary>
    public Task<List<Stored>> EventsAsync(Guid book) => EventsAsync($"book:{book}");

    /// <summary>The events of a stream, in order.</summary>
    public async Task<List<Stored>> EventsAsync(string stream)
    {
        List<Stored> events = [];
        try
        {
            using var pages = Events.GetItemQueryIterator<Stored>("SELECT * FROM c ORDER BY c.position", requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(stream) });
            while (pages.HasMoreResults)
                events.AddRange(await pages.ReadNextAsync(TestContext.Current.CancellationToken));
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // The container is still to be made.
        }

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        await Cosmos.DisposeAsync();
        await DropSlotAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Drops the slot once nobody reads it: a database that has one cannot be dropped.</summary>
    public Task DropSlotAsync() => Eventually.HoldsAsync(async () =>
    {
        await Database.ExecuteAsync("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active", AnalyticsProcess.SlotOf(Database));
        return await Database.ScalarAsync<long>("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1", AnalyticsProcess.SlotOf(Database)) == 0;
    }, "the slot is dropped", TimeSpan.FromMinutes(1));
}

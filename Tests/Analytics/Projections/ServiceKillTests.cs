using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Events;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics.Projections;

/// <summary>Two instances of the service, killed at random moments while readers do things: projections are what all events say.</summary>
public sealed class ServiceKillTests(Stack stack) : IAsyncLifetime
{
    private const int Readers = 5;
    private const int Books = 3;

    private readonly AnalyticsProcess[] _instances = new AnalyticsProcess[2];
    private readonly Guid[] _readers = [.. Enumerable.Range(0, Readers).Select(_ => Guid.CreateVersion7())];
    private readonly List<Guid> _books = [];
    private StoredDatabase _stored = null!;
    private int _told;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stored = await StoredDatabase.CreateAsync(stack);
        for (var instance = 0; instance < _instances.Length; instance++)
            _instances[instance] = Start();
        // From here on the slot keeps what it has not been told to forget.
        for (var book = 0; book < Books; book++)
            _books.Add(await _stored.AddBookAsync("Emma"));
        await _stored.HoldsAsync(_books[0], events => events.Count > 0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        await _stored.DisposeAsync();
    }

    [Fact]
    public async Task Projections_are_what_all_events_say()
    {
        var (random, isOver) = (new Random(1), false);
        var telling = Task.Run(async () =>
        {
            var choice = new Random(2);
            while (!Volatile.Read(ref isOver))
            {
                await TellAsync(_readers[choice.Next(Readers)], _books[choice.Next(Books)]);
                Interlocked.Increment(ref _told);
            }
        }, Ended);

        for (var kills = 0; kills < 6; kills++)
        {
            var until = Volatile.Read(ref _told) + random.Next(10, 100);
            await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref _told) >= until), "readers do things", TimeSpan.FromMinutes(2));
            var victim = random.Next(_instances.Length);
            await _instances[victim].DisposeAsync();
            _instances[victim] = Start();
        }

        Volatile.Write(ref isOver, true);
        await telling;

        var containers = new ProjectionContainers(_stored.Cosmos.Client, _stored.Cosmos.Client, new EventStoreOptions("analytics", 1, 1));
        await Eventually.HoldsAsync(async () => await ViewsAsync(containers) == _told, "everything is projected", TimeSpan.FromMinutes(3));
        var naive = new NaiveProjections();
        foreach (var one in await InteractionsAsync(containers.Events))
            naive.Add(one);
        (await StoredProjections.ReadAsync(containers, 1)).AssertIs(naive);
    }

    // Another takes the lease, and then the slot, soon after one is dead.
    private AnalyticsProcess Start() => _stored.Start(("Analytics:Projections:TakesOverAfter", "00:00:02"));

    private Task<int> TellAsync(Guid reader, Guid book) => _stored.Database.ExecuteAsync("SELECT pg_logical_emit_message(true, 'platform.interaction', $1)",
        JsonSerializer.Serialize(new { kind = "view", id = Guid.CreateVersion7(), user_id = reader, book_id = book, at = TimeProvider.System.GetUtcNow() }));

    private static async Task<int> ViewsAsync(ProjectionContainers containers)
    {
        try
        {
            var stored = await StoredProjections.ReadAsync(containers, 1);
            return stored.Known.Where(known => known.Key.EndsWith(" view", StringComparison.Ordinal)).Sum(known => int.Parse(known.Value, null));
        }
        catch (CosmosException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return 0;
        }
    }

    // In the order of the change feed, which is that in which they were added up.
    private static async Task<List<AnalyticsEvent>> InteractionsAsync(Container events)
    {
        List<AnalyticsEvent> found = [];
        using var feed = events.GetChangeFeedIterator<AnalyticsEvent>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.LatestVersion);
        while (await feed.ReadNextAsync(Ended) is { StatusCode: not System.Net.HttpStatusCode.NotModified } page)
            found.AddRange(page.Where(one => one.Type.StartsWith("interaction.", StringComparison.Ordinal)));
        return found;
    }
}

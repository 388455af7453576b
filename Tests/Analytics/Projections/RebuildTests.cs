using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Projections;
using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Projections.Generations;
using Platform.Tests.Emulators.Cosmos;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics.Projections;

/// <summary>Projections can be built anew from the events at any time, while those that are there are read.</summary>
public sealed class RebuildTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>, IAsyncLifetime
{
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly (Guid User, Guid Book) _the = (Guid.CreateVersion7(), Guid.CreateVersion7());
    private ProjectedStore _store = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _store = new ProjectedStore(cosmos.Emulator);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_new_generation_takes_the_place_of_the_old_one_which_is_removed()
    {
        var told = new Told(_now);
        await _store.TellAsync(told.Interaction("view", _the.Book, _the.User));
        using var worker = _store.Worker();
        await worker.StartAsync(Ended);
        await HoldsAsync(views: 1);
        // Somebody has been at it.
        HistoryDocument history = await _store.Containers.Histories(1).ReadItemAsync<HistoryDocument>($"{_the.User}", new PartitionKey($"{_the.User}"), cancellationToken: Ended);
        history.Note(_the.Book, _now, "", entry => entry with { Views = 100 });
        await _store.Containers.Histories(1).UpsertItemAsync(history, cancellationToken: Ended);

        await _store.Generations.ChangeAsync(state => state.Rebuilt(), Ended);

        await Eventually.HoldsAsync(async () => await _store.Generations.FindAsync(Ended) is { Generation: 2, Building: null, Retired: null }, "the second generation is read, and the first removed");
        Assert.Equal(1, (await _store.EntryAsync(_the.User, _the.Book))!.Views);
        Assert.False(await _store.HasContainerAsync(ProjectionContainers.AggregatesName(1)));
        Assert.False(await _store.HasContainerAsync(ProjectionContainers.HistoriesName(1)));
        await _store.TellAsync(told.Interaction("view", _the.Book, _the.User));
        await HoldsAsync(views: 2);
        await worker.StopAsync(Ended);
    }

    [Fact]
    public async Task The_old_one_is_read_and_kept_up_to_date_until_the_new_one_is_there()
    {
        var told = new Told(_now);
        await _store.TellAsync(told.Interaction("view", _the.Book, _the.User));
        await _store.ProjectAsync();
        await _store.Generations.ChangeAsync(state => state.Rebuilt(), Ended);
        await _store.TellAsync(told.Interaction("view", _the.Book, _the.User));

        await _store.ProjectAsync(generation: 1);
        Assert.Equal(2, (await _store.EntryAsync(_the.User, _the.Book))!.Views);

        await _store.TellAsync(told.Interaction("view", _the.Book, _the.User));
        await _store.ProjectAsync(generation: 2);
        Assert.Equal(2, (await _store.EntryAsync(_the.User, _the.Book))!.Views);
        await _store.Generations.ChangeAsync(state => state.Switched(), Ended);
        Assert.Equal(3, (await _store.EntryAsync(_the.User, _the.Book))!.Views);
    }

    [Fact]
    public void One_that_is_asked_for_while_another_is_built_follows_it()
    {
        var asked = GenerationState.First.Rebuilt().Rebuilt().Rebuilt();

        Assert.Equal((1, 2), (asked.Generation, asked.Building));
        Assert.Equal((2, 3, 1), (asked.Switched().Generation, asked.Switched().Building, asked.Switched().Retired));
        Assert.Equal((3, null, 2), (asked.Switched().Switched().Generation, asked.Switched().Switched().Building, asked.Switched().Switched().Retired));
    }

    [Fact]
    public async Task An_event_that_was_put_right_counts_in_generations_that_never_saw_it_as_it_was()
    {
        var told = new Told(_now);
        var view = told.Interaction("view", _the.Book, _the.User);
        await _store.TellAsync(view);
        await _store.ProjectAsync(generation: 1);
        var repairedAt = (await _store.Containers.Events.UpsertItemAsync(JsonSerializer.SerializeToNode(view with { Revision = 1 })!.AsObject(), cancellationToken: Ended)).Resource["_ts"]!.GetValue<long>();
        // Cosmos DB's clock tells seconds: within one it is not known what came first.
        await Eventually.HoldsAsync(async () => (await _store.Containers.State.UpsertItemAsync(new JsonObject { ["id"] = "clock" }, cancellationToken: Ended)).Resource["_ts"]!.GetValue<long>() > repairedAt, "a second is over");

        await _store.ProjectAsync(generation: 1);
        await _store.ProjectAsync(generation: 2);

        Assert.Equal(1, (await _store.EntryAsync(_the.User, _the.Book))!.Views);
        await _store.Generations.ChangeAsync(state => state.Switched(), Ended);
        Assert.Equal(1, (await _store.EntryAsync(_the.User, _the.Book))!.Views);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_new_generation_is_what_the_events_say_wherever_those_who_build_it_die(int seed)
    {
        var random = new Random(seed);
        var told = new RandomEvents(random, _now).Next(150).ToList();
        await _store.TellAsync([.. told]);
        await _store.ProjectAsync();
        await _store.Generations.ChangeAsync(state => state.Rebuilt(), Ended);

        for (var crashes = 0; await _store.Generations.FindAsync(Ended) is not { Generation: 2, Retired: null }; crashes++)
        {
            using var crash = new Crash(crashes < 8 ? random.Next(20, 500) : int.MaxValue, isSent: random.Next(2) == 0);
            using var client = cosmos.Emulator.CreateClient(options => options.HttpClientFactory = () => new HttpClient(crash, disposeHandler: false));
            using var worker = _store.Worker(_store.ContainersOf(client), pageSize: random.Next(10, 60));
            await worker.StartAsync(Ended);
            await Eventually.HoldsAsync(async () => crash.Token.IsCancellationRequested || await _store.Generations.FindAsync(Ended) is { Generation: 2, Retired: null }, "it is dead or done", TimeSpan.FromMinutes(1));
            using var atOnce = new CancellationTokenSource();
            await atOnce.CancelAsync();
            await worker.StopAsync(atOnce.Token);
        }

        var naive = new NaiveProjections();
        foreach (var id in await _store.FeedAsync())
            naive.Add(told.Single(one => one.Id == id));
        (await StoredProjections.ReadAsync(_store.Containers, 2)).AssertIs(naive);
    }

    private Task HoldsAsync(int views) => Eventually.HoldsAsync(async () => (await _store.EntryAsync(_the.User, _the.Book))?.Views == views, $"{views} views are projected");
}

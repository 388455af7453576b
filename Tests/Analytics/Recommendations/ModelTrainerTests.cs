using System.Diagnostics.Metrics;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Analytics.Events;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Serving;
using Platform.Analytics.Recommendations.Training;
using Platform.Analytics.Recommendations.Versions;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>From histories and events to a version that is used, or not.</summary>
public sealed class ModelTrainerTests(CosmosFixture fixture) : IClassFixture<CosmosFixture>, IAsyncLifetime
{
    private readonly string _database = $"d{Guid.CreateVersion7():N}";
    private ModelContainers _containers = null!;
    private ModelStore _store = null!;
    private Container _events = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _containers = new ModelContainers(fixture.Emulator.Client, new EventStoreOptions(_database, 1, 1));
        _store = new ModelStore(_containers);
        Database database = await fixture.Emulator.Client.CreateDatabaseIfNotExistsAsync(_database);
        _events = await database.CreateContainerIfNotExistsAsync(EventContainers.EventsName, "/stream");
    }

    public async ValueTask DisposeAsync() => await fixture.Emulator.Client.GetDatabase(_database).DeleteAsync();

    [Fact]
    public async Task What_readers_like_becomes_a_model_that_is_used()
    {
        Assert.Equal(TrainingResult.Published, await TrainAsync(Histories(noise: 0.1)));

        var current = new CurrentModel();
        await new ModelFollower(_store, current, NullLogger<ModelFollower>.Instance, TimeProvider.System).FollowAsync(Ended);
        var known = PlantedTastes.Id(3);
        var best = current.Model!.Rank([new Evidence(known, 1)], current.Model.Books.Where(book => book != known)).Take(10).ToList();
        Assert.True(best.Count(one => PlantedTastes.TasteOf(PlantedTastes.PlaceOf(one.Book)) == 0) >= 9);
        var version = (await _store.FindAsync(current.Model.Version, Ended))!;
        Assert.True(version.Evaluation.Ndcg > 2 * version.Popular.Ndcg);
        Assert.Equal(("00000000000000ff", 400), (version.AsOf, version.Readers));
    }

    [Fact]
    public async Task What_events_say_of_books_is_learned()
    {
        var (book, unread, author) = (PlantedTastes.Id(3), Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var (of, type) in new[] { (book, "book.author-added"), (unread, "book.author-found") })
            await WriteAsync(of, type, $$"""{"author_id":"{{author}}"}""");

        await TrainAsync(Histories(noise: 0.1));

        var model = (await _store.LoadAsync((await _store.CurrentAsync(Ended))!.Version, Ended))!;
        Assert.Equal(unread, model.Rank([new Evidence(book, 1)], [unread, PlantedTastes.Id(60), PlantedTastes.Id(90)])[0].Book);
    }

    [Fact]
    public async Task Series_are_learned_as_well()
    {
        var (book, unread) = (PlantedTastes.Id(3), Guid.CreateVersion7());
        foreach (var (of, number) in new[] { (book, 1), (unread, 2) })
            await WriteAsync(of, "book.updated", $$"""{"title":"T","series_name":"S","series_number":{{number}}}""");

        await TrainAsync(Histories(noise: 0.1));

        var model = (await _store.LoadAsync((await _store.CurrentAsync(Ended))!.Version, Ended))!;
        Assert.Equal(unread, model.Rank([new Evidence(book, 1)], [unread, PlantedTastes.Id(60), PlantedTastes.Id(90)])[0].Book);
    }

    [Fact]
    public async Task A_version_that_is_worse_is_kept_with_its_figures_and_not_used()
    {
        await TrainAsync(Histories(noise: 0.1));
        var used = await _store.CurrentAsync(Ended);

        Assert.Equal(TrainingResult.Refused, await TrainAsync(Histories(noise: 0.6)));

        Assert.Equal(used!.Version, (await _store.CurrentAsync(Ended))!.Version);
        var refused = (await _store.LastAsync(Ended))!;
        Assert.Equal(ModelState.Refused, refused.State);
        Assert.InRange(refused.Evaluation.Ndcg, refused.Popular.Ndcg, 0.95 * (await _store.FindAsync(used.Version, Ended))!.Evaluation.Ndcg);
    }

    [Fact]
    public async Task A_version_that_is_as_good_takes_the_place_of_the_one_before()
    {
        await TrainAsync(Histories(noise: 0.1));
        var used = await _store.CurrentAsync(Ended);

        Assert.Equal(TrainingResult.Published, await TrainAsync(Histories(noise: 0.05)));

        Assert.Equal(used!.Version, (await _store.CurrentAsync(Ended))!.Before);
    }

    [Fact]
    public async Task What_is_no_better_than_what_is_popular_is_not_used()
    {
        // Nobody has a taste: all read what all read.
        var random = new Random(1);
        var readers = Enumerable.Range(0, 400).Select(reader => History(reader, Enumerable.Range(0, 12).Select(_ => (int)(120 * Math.Pow(random.NextDouble(), 4)))));

        Assert.Equal(TrainingResult.Refused, await TrainAsync(readers));

        Assert.Null(await _store.CurrentAsync(Ended));
    }

    [Fact]
    public async Task Of_few_readers_nothing_is_learned()
    {
        Assert.Equal(TrainingResult.TooLittle, await TrainAsync(Histories(noise: 0).Take(19)));
        Assert.Equal(TrainingResult.TooLittle, await TrainAsync([]));

        Assert.Null(await _store.CurrentAsync(Ended));
    }

    [Fact]
    public async Task Training_ends_when_it_is_told_to_and_what_is_used_stays()
    {
        await TrainAsync(Histories(noise: 0.1));
        var used = await _store.CurrentAsync(Ended);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Ended);

        // The last history comes and the end with it: all that is left is to compute.
        var training = Create().TrainAsync(EndingAfter(Histories(noise: 0.1), ending), _events, ending.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => training);
        Assert.Equal(used!.Version, (await _store.CurrentAsync(Ended))!.Version);
    }

    private Task<TrainingResult> TrainAsync(IEnumerable<ReaderHistory> histories) => Create().TrainAsync(histories.ToAsyncEnumerable(), _events, Ended);

    private ModelTrainer Create() => new(
        _store, new OldVersions(_containers, _store), Parameters.Default with { Ridge = 20, Dimensions = 16, Candidates = 60 }, new TrainingOptions(TimeSpan.FromHours(1), 2),
        new TrainingTelemetry(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()), NullLogger<ModelTrainer>.Instance, TimeProvider.System);

    private static IEnumerable<ReaderHistory> Histories(double noise) => PlantedTastes.Create(seed: 8, noise: noise).Readers.Select((reader, number) => History(number, reader.Select(one => one.Book)));

    private static ReaderHistory History(int reader, IEnumerable<int> books) => new(
        new Guid(reader, 0, 0, new byte[8]),
        books.Distinct().Select(PlantedTastes.Id).ToDictionary(book => book, book => new HistoryEntry(book, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, Rating: 5)),
        reader == 17 ? "00000000000000ff" : "0000000000000001");

    private static async IAsyncEnumerable<ReaderHistory> EndingAfter(IEnumerable<ReaderHistory> histories, CancellationTokenSource ending)
    {
        foreach (var history in histories)
            yield return history;
        await ending.CancelAsync();
    }

    private async Task WriteAsync(Guid book, string type, string data) => await _events.CreateItemAsync(new AnalyticsEvent(
        Guid.CreateVersion7().ToString(), $"book:{book}", type, DateTimeOffset.UnixEpoch, "0000000000000001", System.Text.Json.JsonDocument.Parse(data).RootElement), cancellationToken: Ended);
}

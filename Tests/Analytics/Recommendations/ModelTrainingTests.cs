using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Projections.Generations;
using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Training;
using Platform.Analytics.Recommendations.Versions;
using Platform.Tests.Emulators.Cosmos;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>When another version is trained.</summary>
public sealed class ModelTrainingTests(CosmosFixture fixture) : IClassFixture<CosmosFixture>, IAsyncLifetime
{
    private static readonly Evaluation Quality = new(0.2, 0.3, 0.4, 20);

    private readonly ManualClock _clock = new();
    private readonly string _database = $"d{Guid.CreateVersion7():N}";
    private ModelStore _store = null!;
    private ModelTraining _training = null!;
    private Container _histories = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = new EventStoreOptions(_database, 1, 1);
        var projections = new ProjectionContainers(fixture.Emulator.Client, fixture.Emulator.Client, options);
        Database database = await fixture.Emulator.Client.CreateDatabaseIfNotExistsAsync(_database);
        await database.CreateContainerIfNotExistsAsync(ProjectionContainers.StateName, "/id");
        _histories = await database.CreateContainerIfNotExistsAsync(ProjectionContainers.HistoriesName(1), "/user");
        _store = new ModelStore(new ModelContainers(fixture.Emulator.Client, options));
        _training = new ModelTraining(null!, _store, new ProjectionReader(projections, new GenerationStore(projections.State), _clock), null!, Parameters.Default, new TrainingOptions(TimeSpan.FromHours(6), 1), NullLogger<ModelTraining>.Instance, _clock);
    }

    public ValueTask DisposeAsync()
    {
        _training.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task There_is_none_and_there_are_readers_enough()
    {
        await AddReadersAsync(Parameters.Default.LeastReaders - 1);
        Assert.False(await _training.IsDueAsync(Ended));

        await AddReadersAsync(1);

        Assert.True(await _training.IsDueAsync(Ended));
    }

    [Fact]
    public async Task The_last_one_is_old_although_it_was_refused()
    {
        await AddReadersAsync(20);
        await _store.RefuseAsync(Version(readers: 20), Ended);
        Assert.False(await _training.IsDueAsync(Ended));

        _clock.Advance(TimeSpan.FromHours(6));

        Assert.True(await _training.IsDueAsync(Ended));
    }

    [Fact]
    public async Task There_are_twice_the_readers()
    {
        await AddReadersAsync(39);
        await _store.RefuseAsync(Version(readers: 20), Ended);
        Assert.False(await _training.IsDueAsync(Ended));

        await AddReadersAsync(1);

        Assert.True(await _training.IsDueAsync(Ended));
    }

    private ModelVersion Version(int readers) => new("1", ModelState.Publishing, _clock.GetUtcNow(), "1", 256, 10, readers, Quality, Quality, Parameters.Default);

    private async Task AddReadersAsync(int count)
    {
        for (; count > 0; count--)
        {
            var user = Guid.CreateVersion7().ToString();
            await _histories.CreateItemAsync(new HistoryDocument { Id = user, User = user, AsOf = "1" }, cancellationToken: Ended);
        }
    }
}

using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Analytics.Events;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Projections.Generations;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics.Projections;

/// <summary>An event store of its own, and what projections of it are.</summary>
internal sealed class ProjectedStore : IAsyncDisposable
{
    private static readonly TimeSpan TakesOverAfter = TimeSpan.FromSeconds(1);

    private readonly EventStoreOptions _options = new($"d{Guid.CreateVersion7():N}", 100, 2_000);
    private readonly EventWriter _writer;
    private readonly TimeProvider _clock;

    public ProjectedStore(CosmosEmulator cosmos, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _writer = new EventWriter(cosmos, _options.Database);
        Containers = ContainersOf(cosmos.Client);
        Generations = new GenerationStore(Containers.State);
        Reader = new ProjectionReader(Containers, Generations, _clock);
    }

    public ProjectionContainers Containers { get; }

    public ProjectionReader Reader { get; }

    public GenerationStore Generations { get; }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public ProjectionContainers ContainersOf(CosmosClient client) => new(client, client, _options);

    public async Task TellAsync(params AnalyticsEvent[] events)
    {
        await _writer.Store.WriteAsync(events, Ended);
        await Containers.MakeAsync(Ended);
    }

    /// <summary>The ids of all events, in the order of the feed.</summary>
    public Task<List<string>> FeedAsync() => _writer.FeedAsync();

    public GenerationProjectors Projectors(ProjectionContainers? containers = null, int pageSize = 1_000) =>
        new(containers ?? Containers, new ProjectionOptions(pageSize, TakesOverAfter), _clock);

    /// <summary>Takes in all that there is, into the first generation.</summary>
    public async Task ProjectAsync(int generation = 1)
    {
        await Generations.ChangeAsync(state => state, Ended);
        var projector = await Projectors().OpenAsync(generation, Ended);
        while ((await projector.StepAsync(Ended)).Count > 0)
        {
            // There is more.
        }
    }

    /// <summary>What an instance of the service does, until it is stopped or its client dies.</summary>
    public ProjectionWorker Worker(ProjectionContainers? containers = null, int pageSize = 1_000) => new(containers ?? Containers, new GenerationStore((containers ?? Containers).State),
        new ProjectionOptions(pageSize, TakesOverAfter), new ProjectionTelemetry(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()), NullLogger<ProjectionWorker>.Instance, _clock);

    /// <summary>What is known of a reader and a book; null when nothing is.</summary>
    public async Task<HistoryEntry?> EntryAsync(Guid user, Guid book) => (await Reader.HistoryAsync(user, Ended))?.Books.GetValueOrDefault(book);

    /// <summary>Whether a container is there.</summary>
    public async Task<bool> HasContainerAsync(string name)
    {
        using var answer = await Containers.State.Database.GetContainer(name).ReadContainerStreamAsync(cancellationToken: Ended);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>What was counted in one window; nothing when there is no such document.</summary>
    public async Task<Counts> CountsAsync(string subject, WindowSize size, DateTimeOffset at)
    {
        try
        {
            WindowDocument window = await Containers.Aggregates((await Generations.FindAsync(Ended))!.Generation).ReadItemAsync<WindowDocument>(size.IdAt(at), new PartitionKey(subject), cancellationToken: Ended);
            return window.Counts;
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return Counts.None;
        }
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}

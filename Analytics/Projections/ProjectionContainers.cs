using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;

namespace Platform.Analytics.Projections;

/// <summary>
/// Where projections are. Each generation has containers of its own, so that one can be built while another is read.
/// </summary>
/// <param name="atOnce">For whoever waits for one answer.</param>
/// <param name="gathering">For whoever asks for hundreds at a time: they are sent together.</param>
/// <param name="options">Says which database.</param>
internal sealed class ProjectionContainers([FromKeyedServices(CosmosClients.AtOnce)] CosmosClient atOnce, CosmosClient gathering, EventStoreOptions options)
{
    /// <summary>Which generation is read, and how far each is; partition key <c>/id</c>.</summary>
    internal const string StateName = "projections";

    /// <summary>What happened.</summary>
    internal Container Events => atOnce.GetContainer(options.Database, EventContainers.EventsName);

    /// <summary>Which generation is read, and how far each is.</summary>
    internal Container State => atOnce.GetContainer(options.Database, StateName);

    /// <summary>Windows, trending, bought together; partition key <c>/subject</c>.</summary>
    internal static string AggregatesName(int generation) => FormattableString.Invariant($"aggregates-{generation}");

    /// <summary>What is known of each reader, one document with the reader's id; partition key <c>/user</c>.</summary>
    internal static string HistoriesName(int generation) => FormattableString.Invariant($"histories-{generation}");

    /// <inheritdoc cref="AggregatesName" />
    internal Container Aggregates(int generation) => atOnce.GetContainer(options.Database, AggregatesName(generation));

    /// <inheritdoc cref="HistoriesName" />
    internal Container Histories(int generation) => atOnce.GetContainer(options.Database, HistoriesName(generation));

    /// <inheritdoc cref="AggregatesName" />
    internal Container GatheredAggregates(int generation) => gathering.GetContainer(options.Database, AggregatesName(generation));

    /// <inheritdoc cref="HistoriesName" />
    internal Container GatheredHistories(int generation) => gathering.GetContainer(options.Database, HistoriesName(generation));

    /// <summary>Makes what does not belong to a generation.</summary>
    internal async Task MakeAsync(CancellationToken cancellationToken)
    {
        Database database = await atOnce.CreateDatabaseIfNotExistsAsync(options.Database, cancellationToken: cancellationToken).ConfigureAwait(false);
        await database.CreateContainerIfNotExistsAsync(EventContainers.EventsName, "/stream", cancellationToken: cancellationToken).ConfigureAwait(false);
        await database.CreateContainerIfNotExistsAsync(StateName, "/id", cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the containers of a generation.</summary>
    internal async Task MakeAsync(int generation, CancellationToken cancellationToken)
    {
        var database = atOnce.GetDatabase(options.Database);
        // Items say themselves when they end, if ever.
        var aggregates = new ContainerProperties(AggregatesName(generation), "/subject") { DefaultTimeToLive = -1 };
        await database.CreateContainerIfNotExistsAsync(aggregates, cancellationToken: cancellationToken).ConfigureAwait(false);
        // A history is read as a whole.
        var histories = new ContainerProperties(HistoriesName(generation), "/user") { IndexingPolicy = { ExcludedPaths = { new ExcludedPath { Path = "/books/*" } } } };
        await database.CreateContainerIfNotExistsAsync(histories, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the containers of a generation, as far as they are there.</summary>
    internal async Task RemoveAsync(int generation, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { AggregatesName(generation), HistoriesName(generation) })
        {
            using var answer = await atOnce.GetContainer(options.Database, name).DeleteContainerStreamAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            if (answer.StatusCode != System.Net.HttpStatusCode.NotFound)
                answer.EnsureSuccessStatusCode();
        }
    }
}

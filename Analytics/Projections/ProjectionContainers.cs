using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;

namespace Platform.Analytics.Projections;

/// <summary>
/// Where projections are. Each generation has containers of its own, so that one can be built while another is read.
/// </summary>
internal sealed class ProjectionContainers([FromKeyedServices(CosmosClients.AtOnce)] CosmosClient client, EventStoreOptions options)
{
    /// <summary>Which generation is read, and how far each is; partition key <c>/id</c>.</summary>
    internal const string StateName = "projections";

    /// <summary>Which generation is read, and how far each is.</summary>
    internal Container State => client.GetContainer(options.Database, StateName);

    /// <summary>Windows, trending, bought together; partition key <c>/subject</c>.</summary>
    internal static string AggregatesName(int generation) => FormattableString.Invariant($"aggregates-{generation}");

    /// <summary>What is known of each reader, one document with the reader's id; partition key <c>/user</c>.</summary>
    internal static string HistoriesName(int generation) => FormattableString.Invariant($"histories-{generation}");

    /// <inheritdoc cref="AggregatesName" />
    internal Container Aggregates(int generation) => client.GetContainer(options.Database, AggregatesName(generation));

    /// <inheritdoc cref="HistoriesName" />
    internal Container Histories(int generation) => client.GetContainer(options.Database, HistoriesName(generation));
}

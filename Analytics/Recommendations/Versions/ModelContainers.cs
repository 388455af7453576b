using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;

namespace Platform.Analytics.Recommendations.Versions;

/// <summary>Where models are.</summary>
internal sealed class ModelContainers([FromKeyedServices(CosmosClients.AtOnce)] CosmosClient client, EventStoreOptions options)
{
    /// <summary>What versions there are, which one is used, and their weights in parts; partition key <c>/id</c>.</summary>
    internal const string ModelsName = "models";

    /// <summary>The vectors of books, a partition for each version, and those of readers; partition key <c>/set</c>.</summary>
    internal const string VectorsName = "vectors";

    /// <summary>What a transactional batch takes; of vectors of 256 numbers it is some 300 KB of the 2 MB.</summary>
    internal const int MostInBatch = 100;

    private volatile bool _areThere;

    /// <inheritdoc cref="ModelsName" />
    internal Container Models => client.GetContainer(options.Database, ModelsName);

    /// <inheritdoc cref="VectorsName" />
    internal Container Vectors => client.GetContainer(options.Database, VectorsName);

    /// <summary>The partition of a version's books.</summary>
    internal static string BooksOf(string version) => $"{version}:books";

    /// <summary>Executes a batch, or fails.</summary>
    internal static async Task ExecuteAsync(TransactionalBatch batch, CancellationToken cancellationToken)
    {
        using var answer = await batch.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new CosmosException(answer.ErrorMessage, answer.StatusCode, 0, answer.ActivityId, answer.RequestCharge);
    }

    /// <summary>Makes them, where they are not there.</summary>
    /// <param name="dimensions">The length of vectors.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task MakeAsync(int dimensions, CancellationToken cancellationToken)
    {
        if (_areThere)
            return;
        Database database = await client.CreateDatabaseIfNotExistsAsync(options.Database, cancellationToken: cancellationToken).ConfigureAwait(false);
        var models = new ContainerProperties(ModelsName, "/id") { IndexingPolicy = { ExcludedPaths = { new ExcludedPath { Path = "/data/?" } } } };
        await database.CreateContainerIfNotExistsAsync(models, cancellationToken: cancellationToken).ConfigureAwait(false);
        var vectors = new ContainerProperties(VectorsName, "/set")
        {
            VectorEmbeddingPolicy = new VectorEmbeddingPolicy([new Embedding { Path = "/embedding", DataType = VectorDataType.Float32, Dimensions = dimensions, DistanceFunction = DistanceFunction.DotProduct }]),
            // The search is within a partition, and there exact.
            IndexingPolicy = { ExcludedPaths = { new ExcludedPath { Path = "/embedding/*" } }, VectorIndexes = [new VectorIndexPath { Path = "/embedding", Type = VectorIndexType.Flat }] },
        };
        await database.CreateContainerIfNotExistsAsync(vectors, cancellationToken: cancellationToken).ConfigureAwait(false);
        _areThere = true;
    }
}

using Microsoft.Azure.Cosmos;
using Platform.Analytics.Recommendations.Versions;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>Finds the books that come into question, by a vector search over those of a model.</summary>
internal sealed class Candidates(ModelContainers containers)
{
    /// <summary>The books whose vectors are nearest by dot product, the nearest first.</summary>
    /// <param name="version">The model's.</param>
    /// <param name="vector">What is searched for.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<IReadOnlyList<Guid>> NearestAsync(string version, ReadOnlyMemory<float> vector, int count, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT TOP @count VALUE c.id FROM c ORDER BY VectorDistance(c.embedding, @vector)")
            .WithParameter("@count", count).WithParameter("@vector", vector.ToArray());
        var found = new List<Guid>(count);
        using var pages = containers.Vectors.GetItemQueryIterator<Guid>(query,
            requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(ModelContainers.BooksOf(version)), MaxItemCount = count });
        while (pages.HasMoreResults)
            found.AddRange(await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        return found;
    }
}

using System.Net;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics.Recommendations.Versions;

/// <summary>Removes what nobody needs of versions any more; what they were, and how good, stays.</summary>
internal sealed class OldVersions(ModelContainers containers, ModelStore store)
{
    /// <summary>Removes the vectors and weights of all versions that nobody uses any more, and of those that were never completed.</summary>
    internal async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (await store.CurrentAsync(cancellationToken).ConfigureAwait(false) is not { } current)
            return;
        var query = new QueryDefinition("SELECT * FROM c WHERE c.kind = @kind AND c.state IN ('Publishing', 'Complete') ORDER BY c.id").WithParameter("@kind", ModelVersion.KindOfVersion);
        using var pages = containers.Models.GetItemQueryIterator<ModelVersion>(query);
        List<ModelVersion> versions = [];
        while (pages.HasMoreResults)
            versions.AddRange(await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        // What is later than the one that is used may be on its way to be.
        foreach (var version in versions.Where(one => one.Id != current.Version && one.Id != current.Before && string.CompareOrdinal(one.Id, current.Version) < 0))
            await RemoveAsync(version, cancellationToken).ConfigureAwait(false);
    }

    private async Task RemoveAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        await RemoveVectorsAsync(version.Id, cancellationToken).ConfigureAwait(false);
        await RemovePartsAsync(version, cancellationToken).ConfigureAwait(false);
        // Last: until then it is found again.
        await containers.Models.UpsertItemAsync(version with { State = ModelState.Removed }, new PartitionKey(version.Id), cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private async Task RemoveVectorsAsync(string version, CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(ModelContainers.BooksOf(version));
        while (await SomeAsync(partition, cancellationToken).ConfigureAwait(false) is { Count: > 0 } books)
        {
            var batch = containers.Vectors.CreateTransactionalBatch(partition);
            foreach (var book in books)
                batch.DeleteItem(book);
            await ModelContainers.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<string>> SomeAsync(PartitionKey partition, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT TOP @most VALUE c.id FROM c").WithParameter("@most", ModelContainers.MostInBatch);
        using var pages = containers.Vectors.GetItemQueryIterator<string>(query, requestOptions: new QueryRequestOptions { PartitionKey = partition });
        List<string> books = [];
        while (pages.HasMoreResults)
            books.AddRange(await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        return books;
    }

    private async Task RemovePartsAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        for (var part = 0; part < version.Parts; part++)
        {
            var id = ModelVersion.PartOf(version.Id, part);
            using var answer = await containers.Models.DeleteItemStreamAsync(id, new PartitionKey(id), cancellationToken: cancellationToken).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.NotFound)
                answer.EnsureSuccessStatusCode();
        }
    }
}

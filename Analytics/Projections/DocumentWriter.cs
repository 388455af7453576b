using System.Net;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections.Documents;

namespace Platform.Analytics.Projections;

/// <summary>Adds what a page of events says to documents of one kind.</summary>
/// <param name="container">Where they are.</param>
/// <param name="create">Makes one that is not there yet, by its partition and id.</param>
/// <param name="clock">Says what nobody wants any more.</param>
internal sealed class DocumentWriter<T>(Container container, Func<string, string, T> create, TimeProvider clock)
    where T : ProjectedDocument
{
    // The client sends what is asked for at once by hundreds.
    private const int Parallelism = 400;

    /// <summary>Adds all changes; done again, it adds none.</summary>
    /// <param name="pending">Of the page.</param>
    /// <param name="page">Its number; those before it are done.</param>
    /// <param name="cancellationToken">Ends it; then some are added.</param>
    internal Task WriteAsync(Pending<T> pending, long page, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(pending.All, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (one, ended) =>
        {
            while (!await TryWriteAsync(one.Key, one.Value, page, ended).ConfigureAwait(false))
            {
                // Somebody else has written it in between, maybe the same.
            }
        });

    private async Task<bool> TryWriteAsync((string Partition, string Id) place, List<Action<T>> changes, long page, CancellationToken cancellationToken)
    {
        var key = new PartitionKey(place.Partition);
        var document = await ReadAsync(place.Id, key, cancellationToken).ConfigureAwait(false) ?? create(place.Partition, place.Id);
        // The page was begun before, here or by another projector: its number came into the document by the same write as what it adds.
        if (document.Page >= page)
            return true;
        foreach (var change in changes)
            change(document);
        document.Page = page;
        if (!document.IsKept(clock.GetUtcNow()))
            return true;
        try
        {
            // Only upon what was read: of two projectors that add the same, the second is refused, looks again, and finds it there.
            if (document.ETag is { } etag)
                await container.ReplaceItemAsync(document, document.Id, key, new ItemRequestOptions { EnableContentResponseOnWrite = false, IfMatchEtag = etag }, cancellationToken).ConfigureAwait(false);
            else
                await container.CreateItemAsync(document, key, EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (CosmosException e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict || (e.StatusCode == HttpStatusCode.NotFound && e.SubStatusCode == 0))
        {
            return false;
        }
    }

    private async Task<T?> ReadAsync(string id, PartitionKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await container.ReadItemAsync<T>(id, key, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound && e.SubStatusCode == 0)
        {
            return null;
        }
    }
}

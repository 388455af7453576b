using System.Net;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics.Projections.Feed;

/// <summary>Keeps how far generations are. Of two projectors at the same one, only the first to write gets on.</summary>
internal sealed class CheckpointStore(Container state)
{
    internal async Task<Checkpoint?> FindAsync(int generation, CancellationToken cancellationToken)
    {
        var id = Checkpoint.IdOf(generation);
        try
        {
            return await state.ReadItemAsync<Checkpoint>(id, new PartitionKey(id), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound && e.SubStatusCode == 0)
        {
            return null;
        }
    }

    /// <summary>Stores it upon the version that it was made from.</summary>
    /// <exception cref="FencedException">That is not the present one.</exception>
    internal async Task<Checkpoint> SaveAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var key = new PartitionKey(checkpoint.Id);
        try
        {
            return checkpoint.ETag is { } etag
                ? await state.ReplaceItemAsync(checkpoint, checkpoint.Id, key, new ItemRequestOptions { IfMatchEtag = etag }, cancellationToken).ConfigureAwait(false)
                : await state.CreateItemAsync(checkpoint, key, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            throw new FencedException(e);
        }
    }
}

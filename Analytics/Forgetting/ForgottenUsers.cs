using System.Net;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;

namespace Platform.Analytics.Forgetting;

/// <summary>Who has asked to be forgotten; kept for ever, since what happened before may come to light later.</summary>
internal sealed class ForgottenUsers([FromKeyedServices(CosmosClients.AtOnce)] CosmosClient client, EventStoreOptions options)
{
    private Container Users => client.GetContainer(options.Database, EventContainers.ForgottenName);

    /// <summary>Somebody asks. Asked again, it is as it was.</summary>
    internal async Task AddAsync(ForgottenUser user, CancellationToken cancellationToken)
    {
        try
        {
            await Users.CreateItemAsync(user, KeyOf(user.Id), EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.Conflict)
        {
            // An earlier delivery.
        }
    }

    /// <summary>What is known of somebody who asked; null when they did not.</summary>
    internal async Task<ForgottenUser?> FindAsync(Guid user, CancellationToken cancellationToken)
    {
        try
        {
            return await Users.ReadItemAsync<ForgottenUser>(user.ToString(), KeyOf(user), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>All who asked.</summary>
    internal Task<List<Guid>> AllAsync(CancellationToken cancellationToken) => QueryAsync<Guid>("SELECT VALUE c.id FROM c", cancellationToken);

    /// <summary>Those of whom there may be something left.</summary>
    internal Task<List<ForgottenUser>> UnfinishedAsync(CancellationToken cancellationToken) =>
        QueryAsync<ForgottenUser>("SELECT * FROM c WHERE NOT IS_DEFINED(c.doneAt) OR IS_NULL(c.doneAt)", cancellationToken);

    /// <summary>Keeps what has been done, upon what it was.</summary>
    /// <returns>As it is now; null when somebody else has changed it meanwhile.</returns>
    internal async Task<ForgottenUser?> ChangeAsync(ForgottenUser user, CancellationToken cancellationToken)
    {
        try
        {
            return await Users.ReplaceItemAsync(user, user.Id.ToString(), KeyOf(user.Id), new ItemRequestOptions { IfMatchEtag = user.ETag }, cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return null;
        }
    }

    private async Task<List<T>> QueryAsync<T>(string query, CancellationToken cancellationToken)
    {
        List<T> found = [];
        using var pages = Users.GetItemQueryIterator<T>(query);
        while (pages.HasMoreResults)
            found.AddRange(await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        return found;
    }

    private static PartitionKey KeyOf(Guid user) => new(user.ToString());
}

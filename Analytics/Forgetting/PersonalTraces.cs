using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Events;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Projections.Feed;
using Platform.Analytics.Projections.Generations;
using Platform.Analytics.Recommendations.Serving;
using Platform.Analytics.Recommendations.Versions;

namespace Platform.Analytics.Forgetting;

/// <summary>Finds and removes what says that somebody did something. All of it can be broken off and done again.</summary>
internal sealed class PersonalTraces(
    [FromKeyedServices(CosmosClients.AtOnce)] CosmosClient client, ProjectionContainers projections, ReaderVectors vectors, EventStoreOptions options)
{
    // What a transactional batch takes.
    private const int MostInBatch = 100;

    // What a projection knows of an order is written upon what it read; it is let alone until the page of it is done.
    private const string OrderFacts = "SELECT c.id, c.subject AS partition FROM c WHERE c.id = 'facts' AND (c.now.user = @user OR c.before.user = @user)";

    private readonly GenerationStore _generations = new(projections.State);
    private readonly CheckpointStore _checkpoints = new(projections.State);

    private sealed record Place(string Id, string Partition);

    private Container Events => client.GetContainer(options.Database, EventContainers.EventsName);

    private Container Parked => client.GetContainer(options.Database, EventContainers.ParkedName);

    /// <summary>What there is at this moment.</summary>
    internal async Task<Traces> CountAsync(Guid user, CancellationToken cancellationToken)
    {
        var counts = Traces.None with
        {
            Events = (await OfStreamAsync(Events, user, cancellationToken).ConfigureAwait(false)).Count,
            Mentions = (await MentionsAsync(user, cancellationToken).ConfigureAwait(false)).Count,
            Parked = (await OfStreamAsync(Parked, user, cancellationToken).ConfigureAwait(false)).Count + (await ParkedMentionsAsync(user, cancellationToken).ConfigureAwait(false)).Count,
            Vectors = await vectors.FindAsync(user, cancellationToken).ConfigureAwait(false) is null ? 0 : 1,
        };
        foreach (var generation in await GenerationsAsync(cancellationToken).ConfigureAwait(false))
        {
            counts = counts with
            {
                Histories = counts.Histories + (await FindAsync<string>(projections.Histories(generation), "SELECT VALUE c.id FROM c WHERE c.user = @user AND ARRAY_LENGTH(c.books) > 0", user, user.ToString(), cancellationToken).ConfigureAwait(false)).Count,
                Orders = counts.Orders + (await FindAsync<Place>(projections.Aggregates(generation), OrderFacts, user, null, cancellationToken).ConfigureAwait(false)).Count,
            };
        }

        return counts;
    }

    /// <summary>Removes what there is, but for histories: projectors, who write them, empty those when they come to the event that says so.</summary>
    internal async Task RemoveAsync(Guid user, CancellationToken cancellationToken)
    {
        await DeleteAsync(Events, await OfStreamAsync(Events, user, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        await DeleteAsync(Parked, await OfStreamAsync(Parked, user, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        foreach (var place in await MentionsAsync(user, cancellationToken).ConfigureAwait(false))
            await PatchAsync(Events, place, $"FROM c WHERE c.data.{PersonalData.Member} = '{user}'", cancellationToken, PatchOperation.Remove($"/data/{PersonalData.Member}"), PatchOperation.Increment("/revision", 1), PatchOperation.Set("/forgotten", true)).ConfigureAwait(false);
        foreach (var parked in await ParkedMentionsAsync(user, cancellationToken).ConfigureAwait(false))
            await RewriteAsync(parked, cancellationToken).ConfigureAwait(false);
        await vectors.RemoveAsync(user, cancellationToken).ConfigureAwait(false);
        foreach (var generation in await GenerationsAsync(cancellationToken).ConfigureAwait(false))
        {
            var done = (await _checkpoints.FindAsync(generation, cancellationToken).ConfigureAwait(false))?.Page ?? -1;
            foreach (var place in await FindAsync<Place>(projections.Aggregates(generation), OrderFacts, user, null, cancellationToken).ConfigureAwait(false))
            {
                // What it was before counts only while the page that changed it may have to be done again.
                await PatchAsync(projections.Aggregates(generation), place, FormattableString.Invariant($"FROM c WHERE c.page <= {done} AND (NOT IS_STRING(c.now.user) OR c.now.user != '{user}')"), cancellationToken,
                    PatchOperation.Set<object?>("/before", null)).ConfigureAwait(false);
            }
        }
    }

    private static Task<List<Place>> OfStreamAsync(Container container, Guid user, CancellationToken cancellationToken) =>
        FindAsync<Place>(container, "SELECT c.id, c.stream AS partition FROM c", user, PersonalData.StreamOf(user), cancellationToken);

    // In their order: whoever reads them all again later reads the last one last.
    private Task<List<Place>> MentionsAsync(Guid user, CancellationToken cancellationToken) =>
        FindAsync<Place>(Events, $"SELECT c.id, c.stream AS partition FROM c WHERE c.data.{PersonalData.Member} = @user AND c.stream != @stream ORDER BY c.position", user, null, cancellationToken);

    private Task<List<ParkedEvent>> ParkedMentionsAsync(Guid user, CancellationToken cancellationToken) =>
        FindAsync<ParkedEvent>(Parked, "SELECT * FROM c WHERE CONTAINS(c.data, @user) AND c.stream != @stream", user, null, cancellationToken);

    private static async Task<List<T>> FindAsync<T>(Container container, string text, Guid user, string? partition, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition(text).WithParameter("@user", user.ToString()).WithParameter("@stream", PersonalData.StreamOf(user));
        List<T> found = [];
        try
        {
            using var pages = container.GetItemQueryIterator<T>(query, requestOptions: partition is null ? null : new QueryRequestOptions { PartitionKey = new PartitionKey(partition) });
            while (pages.HasMoreResults)
                found.AddRange(await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // Where there is no container there is nothing in it.
        }

        return found;
    }

    private static async Task DeleteAsync(Container container, List<Place> places, CancellationToken cancellationToken)
    {
        foreach (var some in places.Chunk(MostInBatch))
        {
            var batch = container.CreateTransactionalBatch(new PartitionKey(some[0].Partition));
            foreach (var place in some)
                batch.DeleteItem(place.Id);
            try
            {
                await ModelContainers.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
            }
            catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
            {
                // Somebody else removed one of them meanwhile, as a request does that was given up and arrives late; so the batch
                // removed none.
                foreach (var place in some)
                    await DeleteAsync(container, place, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task DeleteAsync(Container container, Place place, CancellationToken cancellationToken)
    {
        using var answer = await container.DeleteItemStreamAsync(place.Id, new PartitionKey(place.Partition), cancellationToken: cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.NotFound)
            answer.EnsureSuccessStatusCode();
    }

    private static async Task PatchAsync(Container container, Place place, string condition, CancellationToken cancellationToken, params PatchOperation[] operations)
    {
        try
        {
            await container.PatchItemAsync<JsonObject>(place.Id, new PartitionKey(place.Partition), operations, new PatchItemRequestOptions { FilterPredicate = condition, EnableContentResponseOnWrite = false }, cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
        {
            // Somebody else has done it, or it is not to be done yet: it is looked at again.
        }
    }

    private async Task RewriteAsync(ParkedEvent parked, CancellationToken cancellationToken)
    {
        var data = JsonNode.Parse(parked.Data!)!.AsObject();
        data.Remove(PersonalData.Member);
        await Parked.UpsertItemAsync(parked with { Data = data.ToJsonString() }, new PartitionKey(parked.Stream), EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<int>> GenerationsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var state = await _generations.FindAsync(cancellationToken).ConfigureAwait(false) ?? GenerationState.First;
            return [.. new[] { state.Generation, state.Building, state.Retired }.OfType<int>().Distinct()];
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return [GenerationState.First.Generation];
        }
    }
}

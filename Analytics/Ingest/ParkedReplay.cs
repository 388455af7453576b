using System.Net;
using System.Text.Json.Serialization;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Events;
using Platform.Analytics.Forgetting;

namespace Platform.Analytics.Ingest;

/// <summary>
/// Writes what is parked after all, when somebody has asked for it: what was refused may be taken now. Any instance may be asked; the
/// one that has the slot does it, between two batches, since it alone knows that nothing else of the stream is written meanwhile.
/// </summary>
/// <remarks>
/// The request is a document beside the events, so that a crash loses neither. An event leaves its place here only when it is in
/// the event store: a crash in between has it written again, which changes nothing. While any of a stream is here,
/// what follows is parked, too, so that the order holds.
/// </remarks>
internal sealed class ParkedReplay(EventContainers containers, ParkedStreams parked, EventStore store, Forgetfulness forgetfulness, ILogger<ParkedReplay> logger, TimeProvider clock)
{
    /// <summary>Under it the request is kept; events have other ids.</summary>
    internal const string RequestId = "replay";

    // At once: each may be nearly as large as an item can be.
    private const int MostAtOnce = 25;

    internal sealed record Request(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("stream")] string Stream,
        [property: JsonPropertyName("askedAt")] DateTimeOffset AskedAt);

    /// <summary>Asks for a stream to be replayed; asked again before it was done, it is one request.</summary>
    /// <returns>False when nothing of the stream is parked.</returns>
    internal async Task<bool> AskAsync(string stream, CancellationToken cancellationToken)
    {
        var key = new PartitionKey(stream);
        try
        {
            if ((await ReadAsync(key, 1, cancellationToken).ConfigureAwait(false)).Count == 0)
                return false;
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // The container is made with the first event.
            return false;
        }

        await containers.Parked.UpsertItemAsync(new Request(RequestId, stream, clock.GetUtcNow()), key, EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The streams that somebody has asked for.</summary>
    internal Task<List<string>> FindAskedAsync(CancellationToken cancellationToken) => containers.InsistAsync(ReadAskedAsync, cancellationToken);

    /// <summary>Replays a stream. By the instance that has the slot, while it writes nothing else.</summary>
    internal async Task RunAsync(string stream, CancellationToken cancellationToken)
    {
        var (key, replayed) = (new PartitionKey(stream), 0);
        // Somebody may have asked to be forgotten since it was parked.
        await forgetfulness.LoadAsync(cancellationToken).ConfigureAwait(false);
        while (await containers.InsistAsync(ended => ReadAsync(key, MostAtOnce, ended), cancellationToken).ConfigureAwait(false) is { Count: > 0 } waiting)
        {
            List<AnalyticsEvent> kept = [.. waiting.Select(one => forgetfulness.Without(one.ToEvent())).OfType<AnalyticsEvent>()];
            var (added, refusal) = await store.AddAsync(kept, cancellationToken).ConfigureAwait(false);
            replayed += added;
            var held = kept.Skip(added).Select(one => one.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var one in waiting.Where(one => !held.Contains(one.Id)))
                await RemoveAsync(one.Id, key, cancellationToken).ConfigureAwait(false);
            if (refusal is null)
                continue;

            var refused = waiting.Single(one => one.Id == kept[added].Id) with { Reason = refusal, ParkedAt = clock.GetUtcNow() };
            await containers.InsistAsync(ended => containers.Parked.UpsertItemAsync(refused, key, EventContainers.Quiet, ended), cancellationToken).ConfigureAwait(false);
            await RemoveAsync(RequestId, key, cancellationToken).ConfigureAwait(false);
            logger.ReplayRefused(stream, replayed, refusal);
            return;
        }

        await RemoveAsync(RequestId, key, cancellationToken).ConfigureAwait(false);
        parked.Release(stream);
        logger.StreamReplayed(stream, replayed);
    }

    // In the order of what happened.
    private async Task<List<ParkedEvent>> ReadAsync(PartitionKey key, int most, CancellationToken cancellationToken)
    {
        List<ParkedEvent> found = [];
        var query = new QueryDefinition("SELECT * FROM c WHERE c.id != @request ORDER BY c.position OFFSET 0 LIMIT @most").WithParameter("@request", RequestId).WithParameter("@most", most);
        using var events = containers.Parked.GetItemQueryIterator<ParkedEvent>(query, requestOptions: new QueryRequestOptions { PartitionKey = key });
        while (events.HasMoreResults)
            found.AddRange(await events.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        return found;
    }

    private async Task<List<string>> ReadAskedAsync(CancellationToken cancellationToken)
    {
        List<string> found = [];
        var query = new QueryDefinition("SELECT VALUE c.stream FROM c WHERE c.id = @request").WithParameter("@request", RequestId);
        using var streams = containers.Parked.GetItemQueryIterator<string>(query);
        while (streams.HasMoreResults)
            found.AddRange(await streams.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        return found;
    }

    private Task<bool> RemoveAsync(string id, PartitionKey key, CancellationToken cancellationToken) => containers.InsistAsync(async ended =>
    {
        try
        {
            await containers.Parked.DeleteItemAsync<ParkedEvent>(id, key, EventContainers.Quiet, ended).ConfigureAwait(false);
            return true;
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }, cancellationToken);
}

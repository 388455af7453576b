using System.Net;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Events;

namespace Platform.Analytics.Ingest;

/// <summary>
/// Adds events to their container: each once, those of a stream in their order. What Cosmos DB refuses for good is parked with
/// all that follows in its stream, and the other streams go on.
/// </summary>
/// <remarks>
/// Events are created and never written again, so that each is once in the container's change feed and stays at its place in it,
/// however often it is delivered here: what projections have applied, they need not compare. That a delivery was there already,
/// Cosmos DB says by 409.
/// </remarks>
internal sealed class EventStore(EventContainers containers, ParkedStreams parked, EventStoreOptions options, IngestTelemetry telemetry)
{
    // What a transactional batch takes.
    private const int MostInBatch = 100;

    private static readonly TransactionalBatchItemRequestOptions QuietInBatch = new() { EnableContentResponseOnWrite = false };

    /// <summary>Writes events; what is there already stays as it is.</summary>
    /// <param name="events">In order.</param>
    /// <param name="cancellationToken">Ends it; then some are written.</param>
    internal async Task WriteAsync(IReadOnlyList<AnalyticsEvent> events, CancellationToken cancellationToken)
    {
        var streams = events.GroupBy(one => one.Stream, StringComparer.Ordinal).Select(stream => stream.ToList()).ToList();
        await Parallel.ForEachAsync(streams, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken }, async (stream, ended) =>
            await WriteStreamAsync(stream, ended).ConfigureAwait(false)).ConfigureAwait(false);
        telemetry.Written(events.Count);
    }

    private async Task WriteStreamAsync(List<AnalyticsEvent> events, CancellationToken cancellationToken)
    {
        var (written, refusal) = parked.IsBlocked(events[0].Stream) ? (0, null) : await AddAsync(events, cancellationToken).ConfigureAwait(false);
        if (written < events.Count)
            await parked.ParkAsync(events.GetRange(written, events.Count - written), refusal, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds events of one stream up to the first that is refused.</summary>
    /// <param name="events">In order; what is there already counts as added.</param>
    /// <param name="cancellationToken">Ends it; then some are added, none before those that precede it.</param>
    /// <returns>How many were, and why the next one is refused; null when there is none.</returns>
    internal async Task<(int Added, string? Refusal)> AddAsync(IReadOnlyList<AnalyticsEvent> events, CancellationToken cancellationToken)
    {
        var added = 0;
        foreach (var part in events.Chunk(MostInBatch))
        {
            var refusal = await containers.InsistAsync(ended => TryAsync(part, ended), cancellationToken).ConfigureAwait(false);
            if (refusal is null)
            {
                added += part.Length;
                continue;
            }

            // One of them is it, or they are too much at once; those before it are added.
            foreach (var one in part)
            {
                refusal = part.Length == 1 ? refusal : await containers.InsistAsync(ended => TryAsync([one], ended), cancellationToken).ConfigureAwait(false);
                if (refusal is not null)
                    return (added, refusal);
                added++;
            }
        }

        return (added, null);
    }

    /// <returns>Why it is refused for good; null when they are there.</returns>
    private async Task<string?> TryAsync(AnalyticsEvent[] events, CancellationToken cancellationToken)
    {
        var key = new PartitionKey(events[0].Stream);
        if (events is [var only])
        {
            try
            {
                await containers.Events.CreateItemAsync(only, key, EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (CosmosException e) when (e.StatusCode == HttpStatusCode.Conflict)
            {
                return null;
            }
            catch (CosmosException e) when (EventContainers.IsRefusal(e.StatusCode))
            {
                return e.Message;
            }
        }

        var batch = containers.Events.CreateTransactionalBatch(key);
        foreach (var one in events)
            batch.CreateItem(one, QuietInBatch);
        using var answer = await batch.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
            return null;
        // There is no message where one of them is what is refused.
        if (EventContainers.IsRefusal(answer.StatusCode))
            return answer.ErrorMessage ?? $"Cosmos DB answered {(int)answer.StatusCode}.";
        if (answer.StatusCode == HttpStatusCode.Conflict)
        {
            // An earlier delivery ended after some of them, or its answer was lost.
            var there = await FindAsync(events, key, cancellationToken).ConfigureAwait(false);
            var missing = events.Where(one => !there.Contains(one.Id)).ToArray();
            if (missing.Length < events.Length)
                return missing.Length == 0 ? null : await TryAsync(missing, cancellationToken).ConfigureAwait(false);
        }

        throw new CosmosException(answer.ErrorMessage, answer.StatusCode, 0, answer.ActivityId, answer.RequestCharge);
    }

    private async Task<HashSet<string>> FindAsync(AnalyticsEvent[] events, PartitionKey key, CancellationToken cancellationToken)
    {
        HashSet<string> found = new(StringComparer.Ordinal);
        var query = new QueryDefinition("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id)").WithParameter("@ids", events.Select(one => one.Id));
        using var ids = containers.Events.GetItemQueryIterator<string>(query, requestOptions: new QueryRequestOptions { PartitionKey = key });
        while (ids.HasMoreResults)
            found.UnionWith(await ids.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        return found;
    }
}

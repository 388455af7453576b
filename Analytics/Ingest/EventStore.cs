using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
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
internal sealed class EventStore(EventContainers containers, ParkedStreams parked, EventStoreOptions options, IngestTelemetry telemetry) : IDisposable
{
    // What a transactional batch takes.
    private const int MostInBatch = 100;

    // So few are written one after the other: each goes with those of other streams, which costs less than a request of their own.
    private const int FewOfStream = 3;

    private static readonly TransactionalBatchItemRequestOptions QuietInBatch = new() { EnableContentResponseOnWrite = false };

    // The last of each stream that is on its way: what follows waits for it.
    private readonly ConcurrentDictionary<string, Task> _underWay = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _streams = new(options.Parallelism);

    /// <summary>
    /// Writes events; what is there already stays as it is. More may be given before it is done, by one caller: so there is always enough
    /// on its way, and those of a stream keep their order.
    /// </summary>
    /// <param name="events">In order.</param>
    /// <param name="cancellationToken">Ends it; then some are written.</param>
    internal async Task WriteAsync(IReadOnlyList<AnalyticsEvent> events, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, Task>> writing = [];
        foreach (var stream in events.GroupBy(one => one.Stream, StringComparer.Ordinal))
        {
            var written = WriteStreamAsync([.. stream], _underWay.GetValueOrDefault(stream.Key, Task.CompletedTask), cancellationToken);
            _underWay[stream.Key] = written;
            writing.Add(new(stream.Key, written));
        }

        try
        {
            await Task.WhenAll(writing.Select(one => one.Value)).ConfigureAwait(false);
        }
        finally
        {
            // Unless something follows it already.
            foreach (var one in writing)
                _underWay.TryRemove(one);
        }

        telemetry.Written(events.Count);
    }

    private async Task WriteStreamAsync(List<AnalyticsEvent> events, Task before, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(false);
        await _streams.WaitAsync(cancellationToken).ConfigureAwait(false);
        using var span = IngestTraces.Store(events);
        try
        {
            var (written, refusal) = parked.IsBlocked(events[0].Stream) ? (0, null) : await AddAsync(events, cancellationToken).ConfigureAwait(false);
            if (written < events.Count)
                await parked.ParkAsync(events.GetRange(written, events.Count - written), refusal, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _streams.Release();
        }
    }

    /// <summary>Adds events of one stream up to the first that is refused.</summary>
    /// <param name="events">In order; what is there already counts as added.</param>
    /// <param name="cancellationToken">Ends it; then some are added, none before those that precede it.</param>
    /// <returns>How many were, and why the next one is refused; null when there is none.</returns>
    internal async Task<(int Added, string? Refusal)> AddAsync(IReadOnlyList<AnalyticsEvent> events, CancellationToken cancellationToken)
    {
        var added = 0;
        foreach (var part in events.Chunk(events.Count <= FewOfStream ? 1 : MostInBatch))
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

    /// <inheritdoc />
    public void Dispose() => _streams.Dispose();

    /// <returns>Why it is refused for good; null when they are there.</returns>
    private async Task<string?> TryAsync(AnalyticsEvent[] events, CancellationToken cancellationToken)
    {
        var key = new PartitionKey(events[0].Stream);
        if (events is [var only])
        {
            // A stream comes back with the answer as it is: that an event was there already costs no exception.
            using var content = Content(only);
            using var single = await containers.Events.CreateItemStreamAsync(content, key, EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
            if (single.StatusCode == HttpStatusCode.Conflict)
                return null;
            if (EventContainers.IsRefusal(single.StatusCode))
                return Refusal(single.StatusCode, single.ErrorMessage);
            single.EnsureSuccessStatusCode();
            return null;
        }

        var batch = containers.Events.CreateTransactionalBatch(key);
        foreach (var one in events)
            batch.CreateItemStream(Content(one), QuietInBatch);
        using var answer = await batch.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
            return null;
        if (EventContainers.IsRefusal(answer.StatusCode))
            return Refusal(answer.StatusCode, answer.ErrorMessage);
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

    private static MemoryStream Content(AnalyticsEvent one) => new(JsonSerializer.SerializeToUtf8Bytes(one, JsonSerializerOptions.Web));

    // There is no message where one of a batch is what is refused.
    private static string Refusal(HttpStatusCode status, string? message) => $"Cosmos DB answered {(int)status}. {message}".TrimEnd();

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

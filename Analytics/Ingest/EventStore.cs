using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Events;

namespace Platform.Analytics.Ingest;

/// <summary>
/// The container of events. It is written to until it is done: what Cosmos DB cannot do now is tried again, what it refuses
/// for good is parked with all that follows in its stream, and the other streams go on.
/// </summary>
internal sealed class EventStore(CosmosClient client, EventStoreOptions options, IngestTelemetry telemetry, ILogger<EventStore> logger, TimeProvider clock)
{
    internal const string EventsContainer = "events";
    internal const string ParkedContainer = "parked";

    // What a transactional batch takes.
    private const int MostInBatch = 100;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    // Streams of which an event is parked: what follows has to wait for it.
    private readonly HashSet<string> _blocked = new(StringComparer.Ordinal);
    private volatile bool _isOpen;
    private int _isAway;

    private Container Events => client.GetContainer(options.Database, EventsContainer);

    private Container Parked => client.GetContainer(options.Database, ParkedContainer);

    /// <summary>Writes events; those of a stream in their order. Writing them again changes nothing.</summary>
    /// <param name="events">In order.</param>
    /// <param name="cancellationToken">Ends it; then some are written.</param>
    internal async Task WriteAsync(IReadOnlyList<AnalyticsEvent> events, CancellationToken cancellationToken)
    {
        // First: it says which streams are blocked.
        await InsistAsync(_ => Task.FromResult(true), cancellationToken).ConfigureAwait(false);
        var streams = events.GroupBy(one => one.Stream, StringComparer.Ordinal).Select(stream => stream.ToList()).ToList();
        await Parallel.ForEachAsync(streams, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken }, async (stream, ended) =>
            await WriteStreamAsync(stream, ended).ConfigureAwait(false)).ConfigureAwait(false);
        telemetry.Written(events.Count);
    }

    private async Task WriteStreamAsync(List<AnalyticsEvent> events, CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var part in IsBlocked(events[0].Stream) ? [] : events.Chunk(MostInBatch))
        {
            var refusal = await InsistAsync(ended => TryAsync(part, ended), cancellationToken).ConfigureAwait(false);
            if (refusal is null)
            {
                done += part.Length;
                continue;
            }

            // One of them is it, or they are too much at once; those before it are written.
            foreach (var one in part)
            {
                refusal = part.Length == 1 ? refusal : await InsistAsync(ended => TryAsync([one], ended), cancellationToken).ConfigureAwait(false);
                if (refusal is not null)
                    break;
                done++;
            }

            if (refusal is not null)
            {
                Block(events[0].Stream, refusal);
                break;
            }
        }

        foreach (var one in events.Skip(done))
            await ParkAsync(one, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>Why it is refused for good; null when it is done.</returns>
    private async Task<string?> TryAsync(AnalyticsEvent[] events, CancellationToken cancellationToken)
    {
        var key = new PartitionKey(events[0].Stream);
        if (events is [var only])
        {
            try
            {
                await Events.UpsertItemAsync(only, key, Quiet, cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (CosmosException e) when (IsRefusal(e.StatusCode))
            {
                return e.Message;
            }
        }

        var batch = Events.CreateTransactionalBatch(key);
        foreach (var one in events)
            batch.UpsertItem(one, new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false });
        using var answer = await batch.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
            return null;
        if (IsRefusal(answer.StatusCode))
            return answer.ErrorMessage;
        throw new CosmosException(answer.ErrorMessage, answer.StatusCode, 0, answer.ActivityId, answer.RequestCharge);
    }

    private static ItemRequestOptions Quiet { get; } = new() { EnableContentResponseOnWrite = false };

    // Asked again, it is answered so again.
    private static bool IsRefusal(HttpStatusCode status) => status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge;

    private bool IsBlocked(string stream)
    {
        lock (_blocked)
        {
            return _blocked.Contains(stream);
        }
    }

    private void Block(string stream, string reason)
    {
        lock (_blocked)
        {
            if (!_blocked.Add(stream))
                return;
        }

        logger.StreamParked(stream, reason);
    }

    private async Task ParkAsync(AnalyticsEvent one, CancellationToken cancellationToken)
    {
        await InsistAsync(async ended =>
        {
            var parked = new ParkedEvent(one.Id, one.Stream, one.Type, one.At, one.Position, clock.GetUtcNow(), JsonSerializer.Serialize(one.Data));
            try
            {
                await Parked.UpsertItemAsync(parked, new PartitionKey(one.Stream), Quiet, ended).ConfigureAwait(false);
            }
            catch (CosmosException e) when (IsRefusal(e.StatusCode))
            {
                // It is in the database all the same: here it is known that it is missing.
                await Parked.UpsertItemAsync(parked with { Data = null }, new PartitionKey(one.Stream), Quiet, ended).ConfigureAwait(false);
            }

            return true;
        }, cancellationToken).ConfigureAwait(false);
        telemetry.Parked();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        Database database = await client.CreateDatabaseIfNotExistsAsync(options.Database, cancellationToken: cancellationToken).ConfigureAwait(false);
        await database.CreateContainerIfNotExistsAsync(EventsContainer, "/stream", cancellationToken: cancellationToken).ConfigureAwait(false);
        await database.CreateContainerIfNotExistsAsync(ParkedContainer, "/stream", cancellationToken: cancellationToken).ConfigureAwait(false);
        using var streams = Parked.GetItemQueryIterator<string>("SELECT DISTINCT VALUE c.stream FROM c");
        while (streams.HasMoreResults)
        {
            foreach (var stream in await streams.ReadNextAsync(cancellationToken).ConfigureAwait(false))
                Block(stream, "an earlier event is parked");
        }

        _isOpen = true;
    }

    // Until it is done: the slot holds what is not confirmed, and the lag is for everybody to see.
    private async Task<T> InsistAsync<T>(Func<CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                if (!_isOpen)
                    await OpenAsync(cancellationToken).ConfigureAwait(false);
                var done = await act(cancellationToken).ConfigureAwait(false);
                if (Interlocked.Exchange(ref _isAway, 0) != 0)
                    logger.StoreIsBack();
                return done;
            }
            catch (Exception e) when (e is CosmosException or HttpRequestException or TimeoutException or CosmosOperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // A database that was made anew has no containers.
                if (e is CosmosException { StatusCode: HttpStatusCode.NotFound })
                    _isOpen = false;
                telemetry.Waited(e);
                // It is tried many times; once is enough to say it.
                if (Interlocked.Exchange(ref _isAway, 1) == 0)
                    logger.StoreIsAway(e is CosmosException { StatusCode: var status } ? $"answered {(int)status}" : e.GetType().Name);
                await Task.Delay(e is CosmosException { RetryAfter: { } after } && after > pause ? after : pause, clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

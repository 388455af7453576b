using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Events;

namespace Platform.Analytics.Ingest;

/// <summary>Streams of which Cosmos DB has refused an event for good: what follows it in its stream has to wait for it.</summary>
internal sealed class ParkedStreams(EventContainers containers, IngestTelemetry telemetry, ILogger<ParkedStreams> logger, TimeProvider clock)
{
    private readonly HashSet<string> _blocked = new(StringComparer.Ordinal);

    /// <summary>Reads which streams are blocked, forgetting what was known: another instance may have had the slot since.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        var streams = await containers.InsistAsync(ReadStreamsAsync, cancellationToken).ConfigureAwait(false);
        lock (_blocked)
        {
            _blocked.Clear();
            _blocked.UnionWith(streams);
        }
    }

    internal bool IsBlocked(string stream)
    {
        lock (_blocked)
        {
            return _blocked.Contains(stream);
        }
    }

    /// <summary>Goes on with a stream of which nothing is parked any more.</summary>
    internal void Release(string stream)
    {
        lock (_blocked)
        {
            _blocked.Remove(stream);
        }
    }

    /// <summary>Keeps events that cannot be written now, the first of which is refused or follows one that is.</summary>
    /// <param name="events">Of one stream, in order.</param>
    /// <param name="refusal">Why the first is refused; null when the stream was blocked already.</param>
    /// <param name="cancellationToken">Ends it; then some are kept.</param>
    internal async Task ParkAsync(IReadOnlyList<AnalyticsEvent> events, string? refusal, CancellationToken cancellationToken)
    {
        if (refusal is not null)
        {
            lock (_blocked)
            {
                _blocked.Add(events[0].Stream);
            }

            logger.StreamParked(events[0].Stream, refusal);
        }

        foreach (var one in events)
        {
            await containers.InsistAsync(ended => KeepAsync(one, refusal, ended), cancellationToken).ConfigureAwait(false);
            telemetry.Parked();
            refusal = null;
        }
    }

    private async Task<bool> KeepAsync(AnalyticsEvent one, string? refusal, CancellationToken cancellationToken)
    {
        var key = new PartitionKey(one.Stream);
        var parked = new ParkedEvent(one.Id, one.Stream, one.Type, one.At, one.Position, clock.GetUtcNow(), refusal, JsonSerializer.Serialize(one.Data));
        try
        {
            await containers.Parked.UpsertItemAsync(parked, key, EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (EventContainers.IsRefusal(e.StatusCode))
        {
            // It is in the database all the same: here it is known that it is missing.
            await containers.Parked.UpsertItemAsync(parked with { Data = null }, key, EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task<List<string>> ReadStreamsAsync(CancellationToken cancellationToken)
    {
        List<string> found = [];
        using var streams = containers.Parked.GetItemQueryIterator<string>("SELECT DISTINCT VALUE c.stream FROM c");
        while (streams.HasMoreResults)
            found.AddRange(await streams.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        return found;
    }
}

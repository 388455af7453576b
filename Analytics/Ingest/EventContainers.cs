using System.Net;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics.Ingest;

/// <summary>
/// Where events are, and the patience that it takes: what Cosmos DB cannot do now is asked of it again until it is done. The slot
/// holds what is not confirmed meanwhile, and the lag is for everybody to see.
/// </summary>
internal sealed class EventContainers(CosmosClient client, EventStoreOptions options, IngestTelemetry telemetry, ILogger<EventContainers> logger, TimeProvider clock)
{
    internal const string EventsName = "events";
    internal const string ParkedName = "parked";
    internal const string ForgottenName = "forgotten";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    private volatile bool _areThere;
    private int _isAway;

    /// <summary>What happened; partition key <c>/stream</c>.</summary>
    internal Container Events => client.GetContainer(options.Database, EventsName);

    /// <summary>What could not be taken; partition key <c>/stream</c>.</summary>
    internal Container Parked => client.GetContainer(options.Database, ParkedName);

    /// <summary>Writes without being sent back what was written.</summary>
    internal static ItemRequestOptions Quiet { get; } = new() { EnableContentResponseOnWrite = false };

    /// <summary>Whether the answer would be the same if it were asked again.</summary>
    internal static bool IsRefusal(HttpStatusCode status) => status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge;

    /// <summary>Does something until it is done; containers that are missing are made.</summary>
    /// <param name="act">Does it; may be done again from its beginning, also when it was done and only the answer was lost.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<T> InsistAsync<T>(Func<CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                if (!_areThere)
                    await MakeAsync(cancellationToken).ConfigureAwait(false);
                var done = await act(cancellationToken).ConfigureAwait(false);
                if (Interlocked.Exchange(ref _isAway, 0) != 0)
                    logger.StoreIsBack();
                return done;
            }
            catch (Exception e) when (e is CosmosException or HttpRequestException or TimeoutException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // A database that was made anew has no containers.
                if (e is CosmosException { StatusCode: HttpStatusCode.NotFound })
                    _areThere = false;
                telemetry.Waited(e);
                // It is tried many times; once is enough to say it.
                if (Interlocked.Exchange(ref _isAway, 1) == 0)
                    logger.StoreIsAway(e is CosmosException { StatusCode: var status } ? $"answered {(int)status}" : e.GetType().Name);
                await Task.Delay(e is CosmosException { RetryAfter: { } after } && after > pause ? after : pause, clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        Database database = await client.CreateDatabaseIfNotExistsAsync(options.Database, cancellationToken: cancellationToken).ConfigureAwait(false);
        await database.CreateContainerIfNotExistsAsync(EventsName, "/stream", cancellationToken: cancellationToken).ConfigureAwait(false);
        await database.CreateContainerIfNotExistsAsync(ParkedName, "/stream", cancellationToken: cancellationToken).ConfigureAwait(false);
        await database.CreateContainerIfNotExistsAsync(ForgottenName, "/id", cancellationToken: cancellationToken).ConfigureAwait(false);
        _areThere = true;
    }
}

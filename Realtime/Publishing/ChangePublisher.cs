using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Npgsql;
using Platform.ChangeStream;
using Platform.Realtime.Changes;
using Platform.Realtime.Repair;
using StackExchange.Redis;

namespace Platform.Realtime.Publishing;

/// <summary>
/// Reads the slot while no other node does, and publishes what is in it. A batch is confirmed to PostgreSQL when it is in the
/// log and caches know of it: a crash before brings it again, and the log passes over what it has.
/// </summary>
internal sealed class ChangePublisher(ChangeStreamReader reader, TopicMap topics, LogWriter log, CacheRepair caches, ILogger<ChangePublisher> logger, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan RetriesAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ChecksEvery = TimeSpan.FromSeconds(1);

    // Batches that were read and are not published yet; each may be large.
    private const int MostWaiting = 16;
    private const int MostAtOnce = 1_000;

    private string? _said;
    private long _published;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(PublishAsync(stoppingToken), CheckAsync(stoppingToken));

    [SuppressMessage("Design", "CA1031", Justification = "Clients are served from the log all the same; health and log say that nothing new comes.")]
    private async Task PublishAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var waiting = Channel.CreateBounded<(ChangeBatch Batch, IReadOnlyList<ChangeEvent> Events)>(MostWaiting);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var (reading, writing) = (ReadAsync(waiting.Writer, ended.Token), WriteAsync(waiting.Reader, ended.Token));
            try
            {
                await (await Task.WhenAny(reading, writing).ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (SlotTakenException)
            {
                logger.PublisherReplaced();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (e.Message != _said)
                    logger.PublisherFailed(e.Message);
                _said = e.Message;
            }
            finally
            {
                await ended.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Task.Delay(RetriesAfter, clock, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(ChannelWriter<(ChangeBatch Batch, IReadOnlyList<ChangeEvent> Events)> waiting, CancellationToken cancellationToken)
    {
        await foreach (var batch in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            caches.Take(batch);
            await waiting.WriteAsync((batch, await EventsAsync(batch, cancellationToken).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        }
    }

    // What was read while Redis answered goes together: many small transactions take it hardly longer than one.
    private async Task WriteAsync(ChannelReader<(ChangeBatch Batch, IReadOnlyList<ChangeEvent> Events)> waiting, CancellationToken cancellationToken)
    {
        while (await waiting.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            List<ChangeBatch> batches = [];
            List<ChangeEvent> events = [];
            while (waiting.TryPeek(out var next) && (batches.Count == 0 || GoesWith(next.Batch, batches[^1], events.Count + next.Events.Count)) && waiting.TryRead(out next))
            {
                batches.Add(next.Batch);
                events.AddRange(next.Events);
            }

            // Only of this: what is published next has nothing to do with it.
            using (RealtimeTraces.Publish(batches))
                await log.PublishAsync(batches, events, cancellationToken).ConfigureAwait(false);
            _said = null;
            Volatile.Write(ref _published, batches[^1].Number);
            await ConfirmAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool GoesWith(ChangeBatch batch, ChangeBatch before, int events) =>
        batch.Session == before.Session && batch.Gap is null && before.Gap is null && events <= MostAtOnce;

    // What came last is confirmed by the next batch or the next check, whichever is sooner.
    private ValueTask ConfirmAsync(CancellationToken cancellationToken) =>
        reader.ConfirmAsync(Math.Min(Volatile.Read(ref _published), caches.Done), cancellationToken);

    private async Task<IReadOnlyList<ChangeEvent>> EventsAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await topics.EventsAsync(batch, cancellationToken).ConfigureAwait(false);
            }
            catch (NpgsqlException e) when (e.IsTransient)
            {
                logger.PublishingHalted(e.Message);
                await Task.Delay(RetriesAfter, clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Redis may have restarted without what it had while nobody writes; readers should not wait for the next change to hear of it.
    private async Task CheckAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ChecksEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            if (!reader.Status.IsActive)
                continue;
            try
            {
                await log.CheckAsync(stoppingToken).ConfigureAwait(false);
                await ConfirmAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RedisException or TimeoutException or NpgsqlException or SlotTakenException)
            {
                // Whoever publishes or reads says so.
            }
        }
    }
}

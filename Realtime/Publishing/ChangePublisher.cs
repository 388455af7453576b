using System.Diagnostics.CodeAnalysis;
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

    private long _published;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(PublishAsync(stoppingToken), CheckAsync(stoppingToken));

    [SuppressMessage("Design", "CA1031", Justification = "Clients are served from the log all the same; health and log say that nothing new comes.")]
    private async Task PublishAsync(CancellationToken stoppingToken)
    {
        string? said = null;
        while (true)
        {
            try
            {
                await foreach (var batch in reader.ReadAsync(stoppingToken).ConfigureAwait(false))
                {
                    said = null;
                    caches.Take(batch);
                    await log.PublishAsync(batch, await EventsAsync(batch, stoppingToken).ConfigureAwait(false), stoppingToken).ConfigureAwait(false);
                    Volatile.Write(ref _published, batch.Number);
                    await ConfirmAsync(stoppingToken).ConfigureAwait(false);
                }
            }
            catch (SlotTakenException)
            {
                logger.PublisherReplaced();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (e.Message != said)
                    logger.PublisherFailed(e.Message);
                said = e.Message;
            }

            await Task.Delay(RetriesAfter, clock, stoppingToken).ConfigureAwait(false);
        }
    }

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

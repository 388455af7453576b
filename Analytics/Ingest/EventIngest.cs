using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Platform.Analytics.Events;
using Platform.Analytics.Forgetting;
using Platform.ChangeStream;

namespace Platform.Analytics.Ingest;

/// <summary>
/// Reads the slot while no other instance does, and takes what happened into the event store. A batch is confirmed to
/// PostgreSQL when the store has it: a crash before brings it again, under the same ids.
/// </summary>
/// <remarks>
/// An instance that has lost the slot may go on writing for a moment. What it writes is what the next one writes, too, and in the
/// same order: the id says what an event is, and whoever comes second finds it there.
/// </remarks>
internal sealed class EventIngest(ChangeStreamReader reader, EventStore store, ParkedStreams parked, ParkedReplay replay, Forgetfulness forgetfulness, EventStoreOptions options, IngestTelemetry telemetry, ILogger<EventIngest> logger, TimeProvider clock) : BackgroundService
{
    // Of batches; one has a thousand changes at most.
    private const int MostWaiting = 16;
    private static readonly TimeSpan RetriesAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LooksForReplaysEvery = TimeSpan.FromSeconds(2);

    private bool _hasFailed;

    /// <inheritdoc />
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is tried again; log and health say so.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var batches = Channel.CreateBounded<ChangeBatch>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
            var reading = ReadAsync(batches.Writer, ended.Token);
            try
            {
                await WriteAsync(batches.Reader, ended.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // It is tried again and again; once is enough to say it.
                if (!_hasFailed)
                    logger.IngestFailed(e.Message);
                _hasFailed = true;
            }

            await ended.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            await Task.Delay(RetriesAfter, clock, stoppingToken).ConfigureAwait(false);
        }
    }

    // Beside the writing: while some is on its way to Cosmos DB, more can come.
    [SuppressMessage("Design", "CA1031", Justification = "It is the other end that says what was wrong.")]
    private async Task ReadAsync(ChannelWriter<ChangeBatch> batches, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var batch in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                await batches.WriteAsync(batch, cancellationToken).ConfigureAwait(false);
            batches.Complete();
        }
        catch (Exception e)
        {
            batches.Complete(e);
        }
    }

    private async Task WriteAsync(ChannelReader<ChangeBatch> batches, CancellationToken cancellationToken)
    {
        List<AnalyticsEvent> events = [];
        var epoch = long.MinValue;
        using var timer = new PeriodicTimer(LooksForReplaysEvery, clock);
        var (more, time) = (batches.WaitToReadAsync(cancellationToken).AsTask(), timer.WaitForNextTickAsync(cancellationToken).AsTask());
        while (true)
        {
            if (await Task.WhenAny(time, more).ConfigureAwait(false) == time)
            {
                await time.ConfigureAwait(false);
                time = timer.WaitForNextTickAsync(cancellationToken).AsTask();
                // Those who wait for the slot leave it to who has it.
                if (reader.Status.IsActive)
                    await replay.RunAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (!await more.ConfigureAwait(false))
                return;
            events.Clear();
            ChangeBatch? last = null;
            while (events.Count < options.GatherAtMost && batches.TryRead(out var batch))
            {
                if (batch.Gap is { } gap)
                    logger.EventsMissing(gap.From.ToString(), gap.To.ToString(), gap.Reason);
                events.AddRange(EventMap.Of(batch, message => logger.MessageUnreadable(message.Prefix, message.Id.ToString())));
                last = batch;
            }

            // Whoever had the slot in between may have parked a stream, which must not be gone on with here.
            if (last!.Epoch != epoch)
            {
                await parked.LoadAsync(cancellationToken).ConfigureAwait(false);
                await forgetfulness.LoadAsync(cancellationToken).ConfigureAwait(false);
            }

            epoch = last.Epoch;
            await store.WriteAsync(await forgetfulness.ApplyAsync(events, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            await reader.ConfirmAsync(last, cancellationToken).ConfigureAwait(false);
            _hasFailed = false;
            if (events.Count > 0)
                telemetry.Stored(clock.GetUtcNow() - events[^1].At);
            more = batches.WaitToReadAsync(cancellationToken).AsTask();
        }
    }
}

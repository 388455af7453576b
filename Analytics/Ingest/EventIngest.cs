using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
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
    // What waits to be written, in kilobytes: memory is bounded, and small transactions do not wait for each other.
    private const int MostWaiting = 32 * 1024;
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
            using var room = new SemaphoreSlim(MostWaiting);
            var deliveries = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
            var reading = ReadAsync(deliveries.Writer, room, ended.Token);
            try
            {
                await WriteAsync(deliveries.Reader, room, ended.Token).ConfigureAwait(false);
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

    /// <summary>The events of a batch.</summary>
    private readonly record struct Delivery(long Number, long Epoch, List<AnalyticsEvent> Events, int Kilobytes);

    // Beside the writing: while some is on its way to Cosmos DB, more can come.
    [SuppressMessage("Design", "CA1031", Justification = "It is the other end that says what was wrong.")]
    private async Task ReadAsync(ChannelWriter<Delivery> deliveries, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var batch in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (batch.Gap is { } gap)
                    logger.EventsMissing(gap.From.ToString(), gap.To.ToString(), gap.Reason);
                List<AnalyticsEvent> events = [.. EventMap.Of(batch, message => logger.MessageUnreadable(message.Prefix, message.Id.ToString()))];
                if (batch.Trace != default)
                    events = [.. events.Select(one => one with { Trace = batch.Trace })];
                var kilobytes = Math.Clamp(events.Sum(one => 1 + (JsonMarshal.GetRawUtf8Value(one.Data).Length / 1024)), 1, MostWaiting);
                for (var taken = 0; taken < kilobytes; taken++)
                    await room.WaitAsync(cancellationToken).ConfigureAwait(false);
                await deliveries.WriteAsync(new Delivery(batch.Number, batch.Epoch, events, kilobytes), cancellationToken).ConfigureAwait(false);
            }

            deliveries.Complete();
        }
        catch (Exception e)
        {
            deliveries.Complete(e);
        }
    }

    private async Task WriteAsync(ChannelReader<Delivery> deliveries, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        var (epoch, underWay) = (long.MinValue, Task.CompletedTask);
        using var timer = new PeriodicTimer(LooksForReplaysEvery, clock);
        var (more, time) = (deliveries.WaitToReadAsync(cancellationToken).AsTask(), timer.WaitForNextTickAsync(cancellationToken).AsTask());
        try
        {
            while (true)
            {
                if (await Task.WhenAny(time, more).ConfigureAwait(false) == time)
                {
                    await time.ConfigureAwait(false);
                    time = timer.WaitForNextTickAsync(cancellationToken).AsTask();
                    await ReplayAsync(underWay, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (!await more.ConfigureAwait(false))
                    return;
                var (events, last) = Gather(deliveries, room);
                // Whoever had the slot in between may have parked a stream, which must not be gone on with here.
                if (last.Epoch != epoch)
                {
                    await underWay.ConfigureAwait(false);
                    await parked.LoadAsync(cancellationToken).ConfigureAwait(false);
                    await forgetfulness.LoadAsync(cancellationToken).ConfigureAwait(false);
                    epoch = last.Epoch;
                }

                // Once somebody is said to be forgotten, nothing of theirs may be on its way any more: it would come after it was looked for.
                if (events.Exists(one => ForgetMessage.UserOf(one) is not null))
                    await underWay.ConfigureAwait(false);
                var kept = await forgetfulness.ApplyAsync(events, cancellationToken).ConfigureAwait(false);
                // Two at once: while the last of the one are waited for, the other goes on.
                var before = underWay;
                underWay = StoreAsync(kept, last.Number, before, cancellationToken);
                await before.ConfigureAwait(false);
                more = deliveries.WaitToReadAsync(cancellationToken).AsTask();
            }
        }
        finally
        {
            await underWay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private (List<AnalyticsEvent> Events, Delivery Last) Gather(ChannelReader<Delivery> deliveries, SemaphoreSlim room)
    {
        List<AnalyticsEvent> events = [];
        Delivery last = default;
        while (events.Count < options.GatherAtMost && deliveries.TryRead(out var delivery))
        {
            events.AddRange(delivery.Events);
            room.Release(delivery.Kilobytes);
            last = delivery;
        }

        return (events, last);
    }

    private async Task StoreAsync(IReadOnlyList<AnalyticsEvent> events, long number, Task before, CancellationToken cancellationToken)
    {
        var writing = store.WriteAsync(events, cancellationToken);
        // What was before is confirmed with it, so it has to be there, too.
        await Task.WhenAll(before, writing).ConfigureAwait(false);
        await reader.ConfirmAsync(number, cancellationToken).ConfigureAwait(false);
        _hasFailed = false;
        if (events.Count > 0)
            telemetry.Stored(clock.GetUtcNow() - events[^1].At);
    }

    private async Task ReplayAsync(Task underWay, CancellationToken cancellationToken)
    {
        if (underWay.IsFaulted)
            await underWay.ConfigureAwait(false);
        // Those who wait for the slot leave it to who has it.
        if (!reader.Status.IsActive || await replay.FindAskedAsync(cancellationToken).ConfigureAwait(false) is not { Count: > 0 } asked)
            return;
        await underWay.ConfigureAwait(false);
        foreach (var stream in asked)
            await replay.RunAsync(stream, cancellationToken).ConfigureAwait(false);
    }
}

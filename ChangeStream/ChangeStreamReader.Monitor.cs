using System.Diagnostics.CodeAnalysis;

namespace Platform.ChangeStream;

// Looks after the slot while it is read, at every HeartbeatInterval.
public sealed partial class ChangeStreamReader
{
    [SuppressMessage("Design", "CA1031", Justification = "It looks again at the next interval; whether the stream lives shows in the stream.")]
    private async Task MonitorAsync(StreamSession session, CancellationToken ended)
    {
        var before = _positions.Seen;
        using var timer = new PeriodicTimer(_options.HeartbeatInterval, _clock);
        try
        {
            while (true)
            {
                try
                {
                    await LookAsync(session, ended).ConfigureAwait(false);
                    // Nobody writes anything that is published: without a transaction of ours the slot would stay, and keep
                    // all WAL that others write.
                    var seen = _positions.Seen;
                    if (seen == before)
                        await _store.BeatAsync(ended).ConfigureAwait(false);
                    before = seen;
                }
                catch (Exception e) when (!ended.IsCancellationRequested)
                {
                    _logger.MonitorFailed(_options.Slot, e.Message);
                }

                await timer.WaitForNextTickAsync(ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(StreamSession session, CancellationToken cancellationToken)
    {
        var slot = await _store.SlotAsync(cancellationToken).ConfigureAwait(false);
        var oldest = _positions.OldestUnconfirmed;
        var lag = slot is not null && oldest is not null && oldest > DateTimeOffset.MinValue && slot.At > oldest ? slot.At - oldest.Value : TimeSpan.Zero;
        _telemetry.Status = new(true, slot, lag, null);
        await _store.NoteAsync(session.Epoch, _positions.Flushed, cancellationToken).ConfigureAwait(false);

        var tables = await _store.TablesAsync(cancellationToken).ConfigureAwait(false);
        if (!session.Reads(tables))
        {
            _logger.TablesChanged(_options.Slot);
            session.EndsSoon = true;
        }
    }
}

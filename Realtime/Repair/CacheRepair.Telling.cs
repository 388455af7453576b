using Platform.CacheMap;
using Platform.Caching;
using Platform.ChangeStream;

namespace Platform.Realtime.Repair;

// What the loop does in turn; nothing else touches what is here.
internal sealed partial class CacheRepair
{
    // What was repaired and not heard is repaired again after so long.
    private static readonly TimeSpan RepeatsAfter = TimeSpan.FromSeconds(1);

    // Beyond it one word for everything costs less than naming it all.
    private const int MostNames = 1_000;

    private ChangeStreamSession? _session;
    private AppliedPosition _reached = new("", 0);
    private AppliedPosition? _announced;
    private long _announcedAt;
    private long _lastTold;
    private long _losses = -1;
    private SeenCommits? _unheard;

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        if (First()?.Session is { } session && session != _session)
            await BeginAsync(session).ConfigureAwait(false);
        if (_session is null)
            return;

        if (_told.Losses is var losses && losses != _losses)
        {
            // What was committed by now may have been told while nobody listened. It is told again, without waiting for anybody.
            _unheard = await _visible.ReadAsync(cancellationToken).ConfigureAwait(false);
            _losses = losses;
        }

        PassWhatIsTold();
        if (Overdue() is { Count: > 0 } overdue)
        {
            await RepairAsync(overdue, cancellationToken).ConfigureAwait(false);
            PassWhatIsTold();
        }

        await AnnounceAsync().ConfigureAwait(false);
    }

    /// <summary>The slot is read from somewhere on: what was committed before must have been told, or is told now.</summary>
    private async Task BeginAsync(ChangeStreamSession session)
    {
        var start = new AppliedPosition(session.History, (ulong)session.StartsAt);
        var announced = await _cache.AnnouncedAsync().ConfigureAwait(false);
        // A server that went down may give numbers again of transactions that it had not written.
        _told.Forget();
        // Nothing is confirmed before it was announced. So it is the first start, or another history, or Redis lost its memory.
        if (announced is null || announced.History != start.History || announced.Lsn < start.Lsn)
        {
            _logger.RepairBegins(start.Text);
            lock (_changing)
            {
                _untold.AddFirst(UntoldChange.Everything(session, _clock.GetTimestamp()));
            }

            announced = start;
        }

        (_session, _reached, _announced) = (session, announced, null);
    }

    private void PassWhatIsTold()
    {
        while (First() is { } first && first.Session == _session && first.IsTold(_told))
        {
            lock (_changing)
            {
                // Unless it has been taken off, being of another history.
                if (_untold.First?.Value != first)
                    return;
                _untold.RemoveFirst();
            }

            _lastTold = Math.Max(_lastTold, first.Number);
            if (first.Lsn > _reached.Lsn)
                _reached = _reached with { Lsn = first.Lsn };
        }
    }

    private List<UntoldChange> Overdue()
    {
        UntoldChange[] waiting;
        lock (_changing)
        {
            waiting = [.. _untold];
        }

        return [.. waiting.Where(change => IsOverdue(change) && !change.IsTold(_told))];
    }

    private bool IsOverdue(UntoldChange change) => change.RepairedAt != 0
        ? _clock.GetElapsedTime(change.RepairedAt) >= RepeatsAfter
        : change.Number == 0 || _clock.GetElapsedTime(change.TakenAt) >= _grace || change.IsIn(_unheard);

    private async Task RepairAsync(List<UntoldChange> overdue, CancellationToken cancellationToken)
    {
        var seen = await _visible.ReadAsync(cancellationToken).ConfigureAwait(false);
        var repair = new CacheChanges(MostNames);
        foreach (var change in overdue)
        {
            if (!change.AddTo(repair, _told, seen))
                continue;
            if (change.RepairedAt == 0)
                _telemetry.Repaired(wasUnheard: change.Number == 0 || change.IsIn(_unheard));
            change.RepairedAt = _clock.GetTimestamp();
        }

        await repair.ApplyAsync(_cache, seen).ConfigureAwait(false);
    }

    private async Task AnnounceAsync()
    {
        if (First()?.Number == 0 || (_reached == _announced && _clock.GetElapsedTime(_announcedAt) < AnnouncesEvery))
            return;
        var (position, number) = (_reached, _lastTold);
        if (await _cache.AnnounceAsync(position).ConfigureAwait(false))
        {
            (_announced, _announcedAt) = (position, _clock.GetTimestamp());
            Volatile.Write(ref _done, number);
        }
    }

    private UntoldChange? First()
    {
        lock (_changing)
        {
            return _untold.First?.Value;
        }
    }
}

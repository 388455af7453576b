using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <summary>Lets one change of many through in each interval: the first at once, and the last of those that came meanwhile at its end. Guarded by the fanout's lock.</summary>
internal sealed class Intervals
{
    private readonly TimeSpan _interval;
    private readonly TimeProvider _clock;
    private readonly Action _over;
    private readonly ITimer _timer;
    private ChangeEvent? _held;
    private int _skipped;
    private long? _began;

    /// <param name="interval">How long one is.</param>
    /// <param name="clock">Tells when it is over.</param>
    /// <param name="over">Takes what was held; called by a timer.</param>
    internal Intervals(TimeSpan interval, TimeProvider clock, Action over)
    {
        (_interval, _clock, _over) = (interval, clock, over);
        _timer = clock.CreateTimer(_ => over(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <returns>Whether the change is held until the interval is over; else it is told now.</returns>
    internal bool Holds(ChangeEvent change)
    {
        if (_began is not { } began || _clock.GetElapsedTime(began) >= _interval)
        {
            End();
            _began = _clock.GetTimestamp();
            return false;
        }

        if (_held is null)
        {
            _timer.Change(_interval - _clock.GetElapsedTime(began), Timeout.InfiniteTimeSpan);
        }
        else
        {
            _skipped++;
        }

        _held = change;
        return true;
    }

    /// <returns>What was held, and how many before it were not even that; null when nothing was.</returns>
    internal (ChangeEvent Change, int Skipped)? Take()
    {
        if (_held is not { } held)
        {
            return null;
        }

        var taken = (held, _skipped);
        (_held, _skipped, _began) = (null, 0, _clock.GetTimestamp());
        return taken;
    }

    /// <summary>Tells what is held now.</summary>
    internal void End()
    {
        if (_held is not null)
        {
            _over();
        }
    }
}

using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <summary>The last changes, in memory, for those who were away for a moment. Guarded by the fanout's lock.</summary>
internal sealed class RecentChanges(int mostChanges, long mostBytes)
{
    private readonly List<ChangeEvent> _changes = [];
    private int _first;
    private long _bytes;

    /// <summary>Everything after it is there.</summary>
    internal ChangePosition From { get; private set; }

    /// <summary>Forgets all.</summary>
    internal void Restart(ChangePosition from)
    {
        _changes.Clear();
        (_first, _bytes, From) = (0, 0, from);
    }

    internal void Add(ChangeEvent change)
    {
        _changes.Add(change);
        _bytes += change.Data.Length;
        while (_changes.Count - _first > mostChanges || _bytes > mostBytes)
        {
            From = _changes[_first].Id;
            _bytes -= _changes[_first].Data.Length;
            _changes[_first++] = null!;
        }

        // Moved seldom, so that it costs little each time.
        if (_first > mostChanges)
        {
            _changes.RemoveRange(0, _first);
            _first = 0;
        }
    }

    /// <summary>Whether nothing after <paramref name="position"/> is missing.</summary>
    internal bool Covers(ChangePosition position) => position >= From;

    /// <summary>The changes after a position, in order.</summary>
    internal IEnumerable<ChangeEvent> After(ChangePosition position)
    {
        var (low, high) = (_first, _changes.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _changes[middle].Id > position ? (low, middle) : (middle + 1, high);
        }

        for (; low < _changes.Count; low++)
        {
            yield return _changes[low];
        }
    }
}

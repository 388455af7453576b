namespace Prometheus;

/// <summary>One series of a metric.</summary>
public abstract class ChildBase
{
    private const int Retired = int.MinValue;

    private volatile bool _published;
    private int _users;
    private long _lastUse;

    private protected ChildBase(SeriesLabels labels, bool publish)
    {
        Labels = labels;
        _published = publish;
    }

    internal SeriesLabels Labels { get; }

    internal bool IsPublished => _published;

    /// <summary>Exports the series from now on, also when its first use is still to come.</summary>
    public void Publish()
    {
        // Written only when it changes: the field shares a cache line with what every observation writes.
        if (!_published)
            _published = true;
    }

    /// <summary>Leaves the series out of the export until it is used again. Its value stays.</summary>
    public void Unpublish() => _published = false;

    internal abstract void Write(ExpositionWriter writer, string name);

    // A series of limited life is entered, used and left. Retiring needs it to be unused in the very step that retires
    // it, so no update can go to a series that the export has already forgotten.
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _users) > 0)
            return true;
        Interlocked.Decrement(ref _users);
        return false;
    }

    internal void Leave(long now)
    {
        Volatile.Write(ref _lastUse, now);
        Interlocked.Decrement(ref _users);
    }

    internal bool TryRetire(long usedBefore)
    {
        var lastUse = Volatile.Read(ref _lastUse);
        return lastUse != 0 && lastUse <= usedBefore && Interlocked.CompareExchange(ref _users, Retired, 0) == 0;
    }
}

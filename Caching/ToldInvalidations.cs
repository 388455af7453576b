using Platform.Caching.Redis;

namespace Platform.Caching;

/// <summary>
/// What all nodes have been told lately, as far as it was said which commits it covers: for each key by its name, for each tag
/// by its slot, by which it is read. A value that shows a change is read nowhere once it is here.
/// </summary>
/// <remarks>
/// It goes by the channel, so that it does not matter who told or whether they got an answer. That there is nothing here of
/// a change is no proof that nobody told: it may have been before this node listened.
/// </remarks>
public sealed class ToldInvalidations
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    // Beyond it all is forgotten: what was told is told once more then.
    private const int Most = 200_000;

    private readonly Dictionary<string, (SeenCommits Seen, long At)> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (SeenCommits Seen, long At)> _tags = [];
    private readonly Lock _changing = new();
    private readonly TimeProvider _time;
    private readonly Action _heard;
    private SeenCommits? _everything;
    private long _prunedAt;
    private long _losses;

    /// <summary>Listens from now on.</summary>
    /// <param name="cache">By whose channel.</param>
    /// <param name="heard">Called when there is more; must not wait.</param>
    /// <param name="time">Says when something is old enough to be forgotten.</param>
    public ToldInvalidations(CacheManager cache, Action heard, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        (_heard, _time) = (heard, time ?? TimeProvider.System);
        _prunedAt = _time.GetTimestamp();
        cache.Listen(Hear, Forget);
    }

    /// <summary>How often something may have been told that is not here: a connection was lost, or there was too much to remember.</summary>
    public long Losses => Volatile.Read(ref _losses);

    /// <summary>Whether it was told that the key's value lacks the commit of this transaction.</summary>
    public bool Include(CacheKey key, uint xid)
    {
        lock (_changing)
        {
            return (_keys.TryGetValue(key.Value, out var told) && told.Seen.Include(xid)) || _everything?.Include(xid) == true;
        }
    }

    /// <summary>Whether it was told that the tag's values lack the commit of this transaction.</summary>
    public bool Include(CacheTag tag, uint xid)
    {
        lock (_changing)
        {
            return (_tags.TryGetValue(FenceSlots.OfTag(tag), out var told) && told.Seen.Include(xid)) || _everything?.Include(xid) == true;
        }
    }

    /// <summary>The last time that everything was told to be unread; null when it was not.</summary>
    public SeenCommits? Everything
    {
        get
        {
            lock (_changing)
            {
                return _everything;
            }
        }
    }

    /// <summary>Forgets all: the numbers of transactions may mean others from now on, or something was missed.</summary>
    public void Forget()
    {
        lock (_changing)
        {
            Clear();
        }

        _heard();
    }

    private void Hear(FenceMessage message)
    {
        if (message.Seen is not { } seen)
        {
            return;
        }

        var now = _time.GetTimestamp();
        lock (_changing)
        {
            if (message.Kind == FenceMessage.All)
            {
                _everything = seen.IsAtLeast(_everything) ? seen : _everything;
            }

            foreach (var key in message.Keys)
            {
                _keys[key.Value] = (_keys.TryGetValue(key.Value, out var told) && !seen.IsAtLeast(told.Seen) ? told.Seen : seen, now);
            }

            foreach (var slot in message.Slots.Where(FenceSlots.IsTag))
            {
                _tags[slot] = (_tags.TryGetValue(slot, out var told) && !seen.IsAtLeast(told.Seen) ? told.Seen : seen, now);
            }

            Prune(now);
        }

        _heard();
    }

    private void Prune(long now)
    {
        if (_keys.Count + _tags.Count > Most)
        {
            Clear();
        }
        else if (_time.GetElapsedTime(_prunedAt, now) > Kept)
        {
            _prunedAt = now;
            foreach (var (key, told) in _keys)
            {
                if (_time.GetElapsedTime(told.At, now) > Kept)
                {
                    _keys.Remove(key);
                }
            }

            foreach (var (slot, told) in _tags)
            {
                if (_time.GetElapsedTime(told.At, now) > Kept)
                {
                    _tags.Remove(slot);
                }
            }
        }
    }

    private void Clear()
    {
        _keys.Clear();
        _tags.Clear();
        _everything = null;
        _losses++;
    }
}

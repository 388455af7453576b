namespace Platform.Caching.Redis;

/// <summary>What Redis has still to be told. Not safe for concurrent use: the link's lock guards it.</summary>
internal sealed class PendingInvalidations
{
    private const int Most = 10_000;

    private HashSet<CacheKey> _keys = [];
    private HashSet<int> _slots = [];

    /// <summary>Too many to list: all that is cached must go.</summary>
    internal bool Everything { get; private set; }

    internal bool Any => Everything || _slots.Count > 0;

    internal void Add(IReadOnlyCollection<CacheKey> keys, IReadOnlyCollection<int> slots)
    {
        if (Everything || _keys.Count + keys.Count > Most)
        {
            AddEverything();
            return;
        }

        _keys.UnionWith(keys);
        _slots.UnionWith(slots);
    }

    internal void AddEverything()
    {
        Everything = true;
        _keys.Clear();
        _slots.Clear();
    }

    /// <summary>Hands over what there is; what could not be told is added again.</summary>
    internal (bool Everything, IReadOnlyCollection<CacheKey> Keys, IReadOnlyCollection<int> Slots) Take()
    {
        var taken = (Everything, _keys, _slots);
        (Everything, _keys, _slots) = (false, [], []);
        return taken;
    }
}

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>The items of one partition key. Few containers have many in one, many have one in each: it begins small.</summary>
internal sealed class Partition
{
    private const int MostWithoutIndex = 8;
    private readonly ItemList _versions = new();
    private Dictionary<string, Item>? _byId;
    private int _live;

    /// <summary>Its versions, in the order of their changes.</summary>
    internal ReadOnlyMemory<Item> Snapshot => _versions.Snapshot;

    internal bool IsEmpty => _live == 0;

    /// <summary>The present version; null when there is none.</summary>
    internal Item? Find(string id)
    {
        if (_byId is not null)
            return _byId.GetValueOrDefault(id);
        foreach (var item in _versions.Snapshot.Span)
        {
            if (item.EndLsn == long.MaxValue && item.Id == id)
                return item;
        }

        return null;
    }

    /// <summary>Puts a version in the place of the present one.</summary>
    /// <returns>What it replaces.</returns>
    internal Item? Put(Item item)
    {
        var before = End(item.Id, item.Lsn);
        _versions.Add(item);
        _live++;
        if (_byId is null && _live > MostWithoutIndex)
        {
            _byId = new(StringComparer.Ordinal);
            foreach (var one in _versions.Snapshot.Span)
            {
                if (one.EndLsn == long.MaxValue)
                    _byId[one.Id] = one;
            }
        }

        _byId?[item.Id] = item;
        return before;
    }

    /// <summary>Ends the present version.</summary>
    /// <returns>What it was; null when there was none.</returns>
    internal Item? End(string id, long lsn)
    {
        if (Find(id) is not { } item)
            return null;
        item.EndLsn = lsn;
        _versions.NoteEnd();
        _byId?.Remove(id);
        _live--;
        return item;
    }
}

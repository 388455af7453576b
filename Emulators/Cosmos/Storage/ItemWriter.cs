namespace Platform.Emulators.Cosmos.Storage;

/// <summary>
/// Decides on changes to a container's items, one after the other: each sees those before it. Nothing is changed yet;
/// <see cref="Changes"/> is what is to be.
/// </summary>
internal sealed class ItemWriter(Container container, long now)
{
    private readonly Dictionary<(PartitionKey, string), Change.PutItem?> _decided = [];
    private readonly List<Change> _changes = [];
    private long _lsn = container.Lsn;

    internal IReadOnlyList<Change> Changes => _changes;

    /// <summary>The item as it is, or would be after the changes decided so far; null when there is none.</summary>
    internal Version? Find(PartitionKey partition, string id)
    {
        if (_decided.TryGetValue((partition, id), out var decided))
            return decided is null ? null : new Version(decided.Lsn, decided.Number, decided.Json);
        return container.Find(partition, id) is { } item && item.ExpiresAt > now ? new Version(item.Lsn, item.Number, item.Json) : null;
    }

    /// <summary>Gives an item its next version.</summary>
    internal Version Put(ItemJson item)
    {
        var before = Find(item.Partition, item.Id);
        var lsn = ++_lsn;
        var number = before?.Number ?? lsn;
        var resourceId = ResourceId.OfItem(container.Database, container.Number, number);
        var self = $"dbs/{ResourceId.OfDatabase(container.Database)}/colls/{container.ResourceId}/docs/{resourceId}/";
        var json = item.Complete(resourceId, self, lsn, now);
        var put = new Change.PutItem(container.Database, container.Number, lsn, number, now, ExpiryOf(item), item.Partition, item.Id, json);
        _changes.Add(put);
        _decided[(item.Partition, item.Id)] = put;
        return new Version(lsn, number, json);
    }

    /// <summary>Removes an item that is there.</summary>
    internal void Delete(PartitionKey partition, string id)
    {
        _changes.Add(new Change.DeleteItem(container.Database, container.Number, ++_lsn, partition, id));
        _decided[(partition, id)] = null;
    }

    /// <summary>Removes a version that has expired, unless there is another by now.</summary>
    internal void RemoveExpired(Item item)
    {
        if (container.Find(item.Partition, item.Id) == item)
            Delete(item.Partition, item.Id);
    }

    /// <summary>Forgets what was decided since there were so many changes.</summary>
    internal void Undo(int changes)
    {
        _changes.RemoveRange(changes, _changes.Count - changes);
        _decided.Clear();
        foreach (var change in _changes)
        {
            if (change is Change.PutItem put)
                _decided[(put.Partition, put.Id)] = put;
            else if (change is Change.DeleteItem delete)
                _decided[(delete.Partition, delete.Id)] = null;
        }
    }

    private long ExpiryOf(ItemJson item)
    {
        if (container.Definition.DefaultTtl is not { } usual)
            return long.MaxValue;
        var ttl = item.Ttl ?? usual;
        return ttl < 0 ? long.MaxValue : now + ttl;
    }

    /// <summary>A version of an item.</summary>
    /// <param name="Lsn">The number of the change.</param>
    /// <param name="Number">Names the item in resource ids.</param>
    /// <param name="Json">What it says.</param>
    internal sealed record Version(long Lsn, long Number, byte[] Json)
    {
        internal string ETag => Item.ETagOf(Lsn);
    }
}

using Platform.Emulators.Cosmos.Queries;

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>A container's items, as the journal's records made them. The account's lock is held by whoever changes it.</summary>
internal sealed class Container(uint database, uint number, ContainerDefinition definition, long modifiedAt)
{
    private readonly ItemList _versions = new();
    private readonly Dictionary<PartitionKey, Partition> _partitions = [];
    private long _lsn = FirstLsn(number);

    internal uint Database => database;

    internal uint Number => number;

    internal string ResourceId { get; } = Storage.ResourceId.OfContainer(database, number);

    internal ContainerDefinition Definition { get; private set; } = definition;

    /// <summary>When the definition was changed last, in seconds since 1970.</summary>
    internal long ModifiedAt { get; private set; } = modifiedAt;

    /// <summary>The number of the last change to it.</summary>
    internal long Lsn => Volatile.Read(ref _lsn);

    /// <summary>How many items it has, those that have expired included until they are swept.</summary>
    internal int Count { get; private set; }

    /// <summary>The bytes of its present items.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Versions of items in the order of their changes, of one partition or of all.</summary>
    internal ReadOnlyMemory<Item> Versions(PartitionKey? partition) => partition is not { } key ? _versions.Snapshot : Partition(key)?.Snapshot ?? default;

    /// <summary>The present version of an item; null when there is none.</summary>
    internal Item? Find(PartitionKey partition, string id) => Partition(partition)?.Find(id);

    /// <summary>
    /// The number before a container's first change. It has the container's in it: where a reader of another container of the
    /// same name was, is nowhere in this one.
    /// </summary>
    internal static long FirstLsn(uint number) => (long)number << 32;

    internal void Define(ContainerDefinition definition, long lsn, long modifiedAt)
    {
        (Definition, ModifiedAt) = (definition, modifiedAt);
        Volatile.Write(ref _lsn, Math.Max(_lsn, lsn));
    }

    internal void Apply(Change.PutItem put)
    {
        if (Partition(put.Partition) is not { } partition)
        {
            lock (_partitions)
            {
                _partitions[put.Partition] = partition = new Partition();
            }
        }

        var item = new Item(put.Lsn, put.Number, put.ModifiedAt, put.Partition, put.Id, put.Json, put.ExpiresAt, VectorsOf(put.Json));
        var before = partition.Put(item);
        if (before is not null)
            _versions.NoteEnd();
        _versions.Add(item);
        Count += before is null ? 1 : 0;
        Bytes += item.Json.Length - (before?.Json.Length ?? 0);
        // Last: whoever reads the state of this number finds all of it.
        Volatile.Write(ref _lsn, Math.Max(_lsn, put.Lsn));
    }

    internal void Apply(Change.DeleteItem delete)
    {
        var partition = Partition(delete.Partition);
        if (partition?.End(delete.Id, delete.Lsn) is { } before)
        {
            _versions.NoteEnd();
            Count--;
            Bytes -= before.Json.Length;
            if (partition.IsEmpty)
            {
                lock (_partitions)
                {
                    _partitions.Remove(delete.Partition);
                }
            }
        }

        Volatile.Write(ref _lsn, Math.Max(_lsn, delete.Lsn));
    }

    private Partition? Partition(PartitionKey key)
    {
        lock (_partitions)
        {
            return _partitions.GetValueOrDefault(key);
        }
    }

    // Decoded once, when it is written: a search looks at all of them.
    private float[]?[]? VectorsOf(byte[] json)
    {
        var paths = Definition.Vectors.Paths;
        if (paths.Count == 0)
            return null;
        var item = Value.Of(json);
        return [.. paths.Select(path =>
        {
            var at = path.Path[1..].Split('/').Aggregate(item, (value, step) => value.Member(step.Trim('"')));
            var vector = new float[path.Dimensions];
            return at.TryReadNumbers(vector) ? vector : null;
        })];
    }
}

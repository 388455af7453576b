using Platform.Caching;

namespace Platform.CacheMap;

/// <summary>What a transaction makes unread in the cache, gathered while it runs and applied once it is committed.</summary>
/// <param name="mostNames">
/// Beyond it, one word for everything costs less than naming it all: a bulk write touches most of what is cached.
/// </param>
public sealed class CacheChanges(int mostNames = 1_000)
{
    private readonly HashSet<CacheKey> _keys = [];
    private readonly HashSet<CacheTag> _tags = [];

    /// <summary>Whether nothing cached is concerned.</summary>
    public bool IsEmpty => _keys.Count == 0 && _tags.Count == 0 && !IsEverything;

    /// <summary>Whether it was too much to name; then <see cref="Keys"/> and <see cref="Tags"/> are empty.</summary>
    public bool IsEverything { get; private set; }

    /// <summary>Whose values are not to be read any more.</summary>
    public IReadOnlyCollection<CacheKey> Keys => _keys;

    /// <summary>Whose members are not to be read any more.</summary>
    public IReadOnlyCollection<CacheTag> Tags => _tags;

    /// <summary>The value of this key shows what changed.</summary>
    public void Add(CacheKey key)
    {
        if (!IsEverything)
        {
            _keys.Add(key);
            KeepBounded();
        }
    }

    /// <summary>All values of this tag may show what changed.</summary>
    public void Add(CacheTag tag)
    {
        if (!IsEverything)
        {
            _tags.Add(tag);
            KeepBounded();
        }
    }

    /// <summary>Makes everything unread.</summary>
    public void AddEverything()
    {
        IsEverything = true;
        _keys.Clear();
        _tags.Clear();
    }

    /// <summary>Rows written by SQL.</summary>
    /// <param name="table">As <c>schema.table</c>.</param>
    /// <param name="idColumn">The column that says which row it is, or whose: <c>id</c>, <c>book_id</c>.</param>
    /// <param name="ids">Its values.</param>
    public void AddRows(string table, string idColumn, IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
        {
            AddRow(table, column => column == idColumn ? id : null);
        }
    }

    /// <summary>One row written by SQL, as it was or as it is.</summary>
    /// <inheritdoc cref="CacheMapping.Add" path="/param" />
    public void AddRow(string table, Func<string, object?> column) => CacheMapping.Add(this, table, column);

    /// <summary>Tells the cache, on this process and on the others; after the commit. Repeating it is safe, and it never fails.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="seen">Taken after the commit: which commits it covers.</param>
    public ValueTask ApplyAsync(CacheManager cache, SeenCommits? seen = null) =>
        IsEmpty ? ValueTask.CompletedTask : IsEverything ? cache.InvalidateAllAsync(seen) : cache.InvalidateAsync(_keys, _tags, seen);

    private void KeepBounded()
    {
        if (_keys.Count + _tags.Count > mostNames)
        {
            AddEverything();
        }
    }
}

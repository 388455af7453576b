using Platform.Caching;

namespace Platform.Api.Data;

/// <summary>What a transaction makes unread in the cache, gathered while it runs and applied once it is committed.</summary>
internal sealed class CacheChanges
{
    // Beyond it, one word for everything costs less than naming it all: a bulk write touches most of what is cached.
    private const int MostNames = 1_000;

    private readonly HashSet<CacheKey> _keys = [];
    private readonly HashSet<CacheTag> _tags = [];

    internal bool IsEmpty => _keys.Count == 0 && _tags.Count == 0 && !IsEverything;

    /// <summary>Whether it was too much to name; then <see cref="Keys"/> and <see cref="Tags"/> are empty.</summary>
    internal bool IsEverything { get; private set; }

    internal IReadOnlyCollection<CacheKey> Keys => _keys;

    internal IReadOnlyCollection<CacheTag> Tags => _tags;

    internal void Add(CacheKey key)
    {
        if (!IsEverything)
        {
            _keys.Add(key);
            KeepBounded();
        }
    }

    internal void Add(CacheTag tag)
    {
        if (!IsEverything)
        {
            _tags.Add(tag);
            KeepBounded();
        }
    }

    /// <summary>Makes everything unread.</summary>
    internal void AddEverything()
    {
        IsEverything = true;
        _keys.Clear();
        _tags.Clear();
    }

    /// <summary>Rows written by SQL.</summary>
    /// <param name="table">As <c>schema.table</c>.</param>
    /// <param name="idColumn">The column that says which row it is, or whose: <c>id</c>, <c>book_id</c>.</param>
    /// <param name="ids">Its values.</param>
    internal void AddRows(string table, string idColumn, IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
        {
            AddRow(table, column => column == idColumn ? id : null);
        }
    }

    /// <summary>One row written by SQL, as it was or as it is.</summary>
    /// <inheritdoc cref="CacheMapping.Add" path="/param" />
    internal void AddRow(string table, Func<string, object?> column) => CacheMapping.Add(this, table, column);

    internal ValueTask ApplyAsync(CacheManager cache) =>
        IsEmpty ? ValueTask.CompletedTask : IsEverything ? cache.InvalidateAllAsync() : cache.InvalidateAsync(_keys, _tags);

    private void KeepBounded()
    {
        if (_keys.Count + _tags.Count > MostNames)
        {
            AddEverything();
        }
    }
}

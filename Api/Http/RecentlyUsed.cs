using System.Collections.Concurrent;

namespace Platform.Api.Http;

/// <summary>Remembers what was used lately, in a bounded room: what nobody asks for while as many others come is forgotten.</summary>
/// <param name="most">Of one generation; with the one before it at most twice as many are remembered.</param>
internal sealed class RecentlyUsed<TKey, TValue>(int most)
    where TKey : notnull
    where TValue : class
{
    private volatile Generation _young = new();
    private volatile Generation _old = new();

    private sealed class Generation
    {
        private int _count;

        internal ConcurrentDictionary<TKey, TValue> Values { get; } = new();

        // True for whoever fills it.
        internal bool Add(TKey key, TValue value, int most) => Values.TryAdd(key, value) && Interlocked.Increment(ref _count) == most;
    }

    /// <summary>How many are remembered.</summary>
    internal int Count => _young.Values.Count + _old.Values.Count;

    /// <returns>Null when it is not remembered.</returns>
    internal TValue? Find(TKey key)
    {
        if (!_young.Values.TryGetValue(key, out var value) && _old.Values.TryGetValue(key, out value))
        {
            Add(key, value);
        }

        return value;
    }

    /// <summary>Remembers it, unless there is one already.</summary>
    internal void Add(TKey key, TValue value)
    {
        var young = _young;
        if (young.Add(key, value, most))
        {
            (_old, _young) = (young, new Generation());
        }
    }
}

namespace Platform.Caching.Memory;

/// <summary>One walk over a graph of objects: each object counts once, however often it is referred to.</summary>
internal sealed class ObjectWalk
{
    /// <summary>The most objects that are walked: what is larger is no value to keep in memory, and would take long to measure.</summary>
    public const int MaxObjects = 100_000;

    /// <summary>A walk that met more objects than this is not kept for the next one: its tables would stay that large.</summary>
    private const int MaxKept = 4096;

    [ThreadStatic]
    private static ObjectWalk? _kept;

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<(object Object, ObjectShape Shape)> _toVisit = new();
    private long _bytes;

    public static long Measure(object root, long enough)
    {
        var walk = _kept ?? new ObjectWalk();
        _kept = null;
        var bytes = walk.Run(root, enough);
        if (walk._seen.Count <= MaxKept)
        {
            walk.Reset();
            _kept = walk;
        }

        return bytes;
    }

    public void Add(object? reference)
    {
        if (reference is null || _bytes == ObjectSize.Unmeasured || !_seen.Add(reference))
            return;
        if (_seen.Count > MaxObjects)
        {
            _bytes = ObjectSize.Unmeasured;
            return;
        }

        var shape = ObjectShape.Of(reference.GetType());
        var bytes = shape.BytesOf(reference);
        _bytes = bytes > ObjectSize.Unmeasured - _bytes ? ObjectSize.Unmeasured : _bytes + bytes;
        if (shape.AddReferences is not null)
            _toVisit.Push((reference, shape));
    }

    // A stack of its own instead of recursion: a linked list is as deep as it is long.
    private long Run(object root, long enough)
    {
        Add(root);
        while (_bytes <= enough && _toVisit.TryPop(out var next))
            next.Shape.AddReferences!(next.Object, this);
        return _bytes;
    }

    private void Reset()
    {
        _seen.Clear();
        _toVisit.Clear();
        _bytes = 0;
    }
}

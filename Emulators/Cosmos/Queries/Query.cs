namespace Platform.Emulators.Cosmos.Queries;

/// <summary>A SELECT, or one inside another.</summary>
internal sealed class Query
{
    internal bool IsDistinct { get; set; }

    /// <summary>TOP, or LIMIT; null for all rows.</summary>
    internal int? Limit { get; set; }

    internal int Offset { get; set; }

    /// <summary>What a row becomes; null for the item as it is.</summary>
    internal Expression? Projection { get; set; }

    /// <summary>Whether <see cref="Projection"/> is one expression, and its undefined no row.</summary>
    internal bool IsValue { get; set; }

    /// <summary>Where rows come from: each item, then what JOIN unfolds of it.</summary>
    internal List<Source> Sources { get; } = [];

    /// <summary>Whether it is over the container's items; otherwise it has one row, or those of its sources.</summary>
    internal bool ReadsItems { get; set; }

    internal Expression? Where { get; set; }

    internal List<Expression> GroupBy { get; } = [];

    internal List<(Expression Key, bool IsDescending)> OrderBy { get; } = [];

    internal List<Aggregate> Aggregates { get; } = [];

    /// <summary>Whether each item gives its rows by itself, so that reading can go on after any item.</summary>
    internal bool IsScan => !IsDistinct && Limit is null && Offset == 0 && GroupBy.Count == 0 && OrderBy.Count == 0 && Aggregates.Count == 0;

    /// <summary>The rows, in order.</summary>
    /// <param name="frame">Has the values of the outer query's names; the first source's too, when it is the container.</param>
    /// <param name="items">Puts one item after the other into <paramref name="frame"/>; null inside another query.</param>
    internal IEnumerable<Value> Rows(Frame frame, IEnumerable<bool>? items = null)
    {
        var matches = Matches(frame, items);
        if (Aggregates.Count > 0 || GroupBy.Count > 0)
            matches = Grouped(frame, matches);
        if (OrderBy.Count > 0)
            matches = Ordered(matches);
        var rows = matches.Select(match => Projection!.Evaluate(match)).Where(row => !IsValue || !row.IsUndefined);
        if (IsDistinct)
            rows = rows.DistinctBy(row => row.ToJson());
        rows = Offset > 0 ? rows.Skip(Offset) : rows;
        return Limit is { } limit ? rows.Take(limit) : rows;
    }

    // The same frame for each, changed in place: whoever keeps one copies it.
    private IEnumerable<Frame> Matches(Frame frame, IEnumerable<bool>? items)
    {
        foreach (var item in items ?? [true])
        {
            // The usual case, without an iterator for each item.
            if (Sources.Count == 0)
            {
                if (item && IsMatch(frame))
                    yield return frame;
                continue;
            }

            foreach (var row in Unfold(frame, 0))
            {
                if (row && IsMatch(frame))
                    yield return frame;
            }
        }
    }

    private bool IsMatch(Frame frame) => Where is null || Where.Evaluate(frame).IsTrue;

    private IEnumerable<bool> Unfold(Frame frame, int from)
    {
        if (from == Sources.Count)
        {
            yield return true;
            yield break;
        }

        foreach (var bound in Sources[from].Bind(frame))
        {
            foreach (var row in Unfold(frame, from + 1))
                yield return bound && row;
        }
    }

    private IEnumerable<Frame> Grouped(Frame frame, IEnumerable<Frame> matches)
    {
        var groups = new Dictionary<string, (Frame First, Aggregate.State[] States)>(StringComparer.Ordinal);
        foreach (var match in matches)
        {
            var key = string.Join('\n', GroupBy.Select(part => part.Evaluate(match).ToJson()));
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = (match.Copy(), [.. Aggregates.Select(_ => new Aggregate.State())]);
            for (var i = 0; i < Aggregates.Count; i++)
                Aggregates[i].Add(match, group.States[i]);
        }

        // Without GROUP BY all rows are one group, and none are too.
        if (groups.Count == 0 && GroupBy.Count == 0)
            groups[""] = (frame.Copy(), [.. Aggregates.Select(_ => new Aggregate.State())]);
        foreach (var (first, states) in groups.Values)
        {
            for (var i = 0; i < Aggregates.Count; i++)
                Aggregates[i].Store(first, states[i]);
            yield return first;
        }
    }

    private Frame[] Ordered(IEnumerable<Frame> matches)
    {
        var order = Comparer<(Value[] Keys, long Number)>.Create(Compare);
        // Of rows that TOP or LIMIT leaves out none is kept. DISTINCT may need more than it says.
        var most = Limit is { } limit && !IsDistinct ? (long)Offset + limit : long.MaxValue;
        var kept = new PriorityQueue<Frame, (Value[] Keys, long Number)>(Comparer<(Value[] Keys, long Number)>.Create((a, b) => Compare(b, a)));
        var number = 0L;
        var keys = new Value[OrderBy.Count];
        foreach (var match in matches)
        {
            for (var i = 0; i < keys.Length; i++)
                keys[i] = OrderBy[i].Key.Evaluate(match);
            var isFull = kept.Count == most;
            if (isFull && (most == 0 || !kept.TryPeek(out _, out var last) || order.Compare((keys, number), last) >= 0))
                continue;
            if (isFull)
                kept.Dequeue();
            kept.Enqueue(match.Copy(), (keys, number++));
            keys = new Value[OrderBy.Count];
        }

        var rows = new Frame[kept.Count];
        for (var at = rows.Length - 1; at >= 0; at--)
            rows[at] = kept.Dequeue();
        return rows;
    }

    private int Compare((Value[] Keys, long Number) left, (Value[] Keys, long Number) right)
    {
        for (var i = 0; i < OrderBy.Count; i++)
        {
            var order = Value.Compare(left.Keys[i], right.Keys[i]);
            if (order != 0)
                return OrderBy[i].IsDescending ? -order : order;
        }

        return left.Number.CompareTo(right.Number);
    }
}

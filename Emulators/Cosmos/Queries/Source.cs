namespace Platform.Emulators.Cosmos.Queries;

/// <summary>Where a name of FROM or JOIN gets its values.</summary>
/// <param name="slot">Of the name.</param>
/// <param name="values">What it is, or what it is an element of.</param>
/// <param name="isIteration">Whether it is each element (<c>x IN y</c>).</param>
/// <param name="query">A subquery each of whose rows it is, in place of <paramref name="values"/>.</param>
internal sealed class Source(int slot, Expression? values, bool isIteration, Query? query)
{
    /// <summary>Gives the name its next value, as often as there is one.</summary>
    internal IEnumerable<bool> Bind(Frame frame)
    {
        foreach (var value in Values(frame))
        {
            if (value.IsUndefined)
                continue;
            frame.Slots[slot] = value;
            yield return true;
        }
    }

    private IEnumerable<Value> Values(Frame frame)
    {
        if (query is null && !isIteration)
            return [values!.Evaluate(frame)];
        if (!isIteration)
            return query!.Rows(frame);
        return query is null ? values!.Evaluate(frame).Elements : query.Rows(frame).SelectMany(row => row.Elements);
    }
}

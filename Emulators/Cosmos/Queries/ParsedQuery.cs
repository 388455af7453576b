namespace Platform.Emulators.Cosmos.Queries;

/// <summary>A query that can be run.</summary>
/// <param name="Query">What to do.</param>
/// <param name="Slots">How many names it gives.</param>
/// <param name="Aggregates">How many aggregates it has.</param>
internal sealed record ParsedQuery(Query Query, int Slots, int Aggregates)
{
    /// <summary>The number of the name that the container has.</summary>
    internal const int ItemSlot = 0;

    /// <summary>Its rows over these items, in their order or its own.</summary>
    internal IEnumerable<Value> Rows(IEnumerable<(byte[] Json, float[]?[]? Vectors)> items)
    {
        var frame = new Frame(Slots, Aggregates);
        return Query.ReadsItems ? Query.Rows(frame, Put()) : Query.Rows(frame);

        IEnumerable<bool> Put()
        {
            foreach (var (json, vectors) in items)
            {
                frame.Slots[ItemSlot] = Value.OfObject(json);
                frame.Vectors = vectors;
                yield return true;
            }
        }
    }
}

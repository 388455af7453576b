namespace Platform.Emulators.Cosmos.Queries;

/// <summary>What a row of a query is at while it is evaluated.</summary>
/// <param name="slots">How many names the query gives, in its parts and subqueries together.</param>
/// <param name="aggregates">How many aggregates it has.</param>
internal sealed class Frame(int slots, int aggregates)
{
    /// <summary>The value of each name, by the number that the parser gave it.</summary>
    internal Value[] Slots { get; private init; } = new Value[slots];

    /// <summary>The value of each aggregate, once its group is complete.</summary>
    internal Value[] Aggregates { get; private init; } = new Value[aggregates];

    /// <summary>The item's vectors, by the number of their path in the container's policy; null where it has none there.</summary>
    internal float[]?[]? Vectors { get; set; }

    /// <summary>The same row, to be looked at again when others have been.</summary>
    internal Frame Copy() => new(0, 0) { Slots = [.. Slots], Aggregates = [.. Aggregates], Vectors = Vectors };
}

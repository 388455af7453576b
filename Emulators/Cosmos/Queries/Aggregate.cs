namespace Platform.Emulators.Cosmos.Queries;

/// <summary>COUNT, SUM, AVG, MIN or MAX over the rows of a group.</summary>
/// <param name="kind">Which, in capitals.</param>
/// <param name="argument">What of each row.</param>
/// <param name="index">Where its value is in a frame.</param>
internal sealed class Aggregate(string kind, Expression argument, int index) : Expression
{
    internal static readonly string[] Names = ["COUNT", "SUM", "AVG", "MIN", "MAX"];

    internal override Value Evaluate(Frame frame) => frame.Aggregates[index];

    internal void Store(Frame frame, State state) => frame.Aggregates[index] = kind switch
    {
        "COUNT" => Value.Of(state.Count),
        // One value that is no number, and there is no sum; none at all, and it is nothing.
        "SUM" => state.IsNumeric ? Value.Of(state.Sum) : Value.Undefined,
        "AVG" => state is { IsNumeric: true, Count: > 0 } ? Value.Of(state.Sum / state.Count) : Value.Undefined,
        "MIN" => state.Least,
        _ => state.Greatest,
    };

    internal void Add(Frame frame, State state)
    {
        var value = argument.Evaluate(frame);
        if (value.IsUndefined)
            return;
        state.Least = state.Count == 0 || Value.Compare(value, state.Least) < 0 ? value : state.Least;
        state.Greatest = state.Count == 0 || Value.Compare(value, state.Greatest) > 0 ? value : state.Greatest;
        state.Count++;
        state.IsNumeric &= value.Kind == ValueKind.Number;
        state.Sum += value.Number;
    }

    /// <summary>What has been seen of a group.</summary>
    internal sealed class State
    {
        internal long Count { get; set; }

        internal double Sum { get; set; }

        internal bool IsNumeric { get; set; } = true;

        internal Value Least { get; set; }

        internal Value Greatest { get; set; }
    }
}

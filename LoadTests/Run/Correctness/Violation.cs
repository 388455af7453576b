namespace Platform.LoadTests.Run.Correctness;

/// <summary>Something that must not happen, and did.</summary>
/// <param name="Kind">What of the kind it is, such as <c>stale read</c>.</param>
/// <param name="What">What it is, in a sentence.</param>
/// <param name="History">What was seen, in order: no more than shows it.</param>
public sealed record Violation(string Kind, string What, IReadOnlyList<string> History)
{
    /// <inheritdoc />
    public override string ToString() => string.Join(Environment.NewLine, [$"{Kind}: {What}", .. History.Select(line => $"    {line}")]);
}

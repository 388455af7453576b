namespace Platform.LoadTests.Run.Comparing;

/// <summary>What two sets of runs of the same load differ in.</summary>
/// <param name="Rows">Each figure that all of them have.</param>
public sealed record Comparison(IReadOnlyList<Comparison.Row> Rows)
{
    // Below this a stretch of samples is not something to draw stretches from.
    private const int LeastSamples = 10;
    private const double Confidence = 0.95;

    /// <summary>What is made of a difference.</summary>
    public enum Finding
    {
        /// <summary>No more than chance does.</summary>
        Noise,

        /// <summary>Worse, and more than chance does.</summary>
        Regression,

        /// <summary>Better, and more than chance does.</summary>
        Improvement,

        /// <summary>There are too few samples to tell.</summary>
        Unknown,
    }

    /// <summary>Whether a figure is worse.</summary>
    public bool HasRegression => Rows.Any(row => row.Finding == Finding.Regression);

    /// <summary>A figure that all runs have.</summary>
    /// <param name="Figure">The figure.</param>
    /// <param name="Shift">By how much it differs.</param>
    /// <param name="Finding">What is made of that.</param>
    public sealed record Row(RunResult.Figure Figure, MedianShift Shift, Finding Finding);

    /// <summary>Compares them, figure by figure.</summary>
    /// <param name="before">The runs that are compared with.</param>
    /// <param name="after">The runs that are judged.</param>
    /// <param name="least">The smallest change, as a share, that anybody would care about.</param>
    /// <returns>What they differ in.</returns>
    /// <exception cref="FormatException">They are runs of different loads or machines.</exception>
    public static Comparison Of(IReadOnlyList<RunResult> before, IReadOnlyList<RunResult> after, double least)
    {
        foreach (var other in before.Concat(after))
        {
            if (other.Scenario != before[0].Scenario)
                throw new FormatException($"{before[0].Scenario} cannot be compared with {other.Scenario}.");
            if (other.Machine != before[0].Machine)
                throw new FormatException($"Figures of one machine ({before[0].Machine}) cannot be compared with those of another ({other.Machine}).");
        }

        var shared = before[0].Figures.Where(figure => before.Concat(after).All(run => Find(run, figure) is not null)).ToArray();
        // Each figure is a chance to be wrong; together they are to be wrong no more often than one alone.
        var confidence = 1 - ((1 - Confidence) / Math.Max(1, shared.Length));
        return new([.. shared.Select(figure =>
        {
            var (were, are) = (Samples(before, figure), Samples(after, figure));
            var shift = MedianShift.Of(were, are, confidence);
            return new Row(figure, shift, Judge(figure, shift, were.Concat(are).Min(s => s.Count), least));
        })]);
    }

    private static Finding Judge(RunResult.Figure figure, MedianShift shift, int samples, double least)
    {
        if (samples < LeastSamples)
            return Finding.Unknown;
        if (Math.Abs(shift.Change) < least || (shift.Low <= 0 && shift.High >= 0))
            return Finding.Noise;
        return shift.Change > 0 == figure.LessIsBetter ? Finding.Regression : Finding.Improvement;
    }

    private static IReadOnlyList<double>[] Samples(IEnumerable<RunResult> runs, RunResult.Figure figure) => [.. runs.Select(run => Find(run, figure)!.Samples)];

    private static RunResult.Figure? Find(RunResult run, RunResult.Figure figure) => run.Figures.FirstOrDefault(f => f.Name == figure.Name && f.Unit == figure.Unit);
}

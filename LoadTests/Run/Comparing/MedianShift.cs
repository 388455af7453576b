namespace Platform.LoadTests.Run.Comparing;

/// <summary>
/// By how much the median of one set of runs differs from another's, and between which bounds that would lie if everything
/// were measured again, by bootstrap. Whole runs are drawn first, then stretches of each: neighbouring seconds resemble each
/// other, so drawing them one by one would promise a precision that is not there.
/// </summary>
/// <param name="Before">The median of one set.</param>
/// <param name="After">The median of the other.</param>
/// <param name="Low">The lower bound of the difference, as a share.</param>
/// <param name="High">The upper bound.</param>
public sealed record MedianShift(double Before, double After, double Low, double High)
{
    private const int Resamples = 2_000;

    // The same files say the same every time.
    private const int Seed = 20_240_601;

    /// <summary>The difference as a share of the median before.</summary>
    public double Change => Share(Before, After);

    /// <summary>Works it out.</summary>
    /// <param name="before">The samples of each run before.</param>
    /// <param name="after">The samples of each run after.</param>
    /// <param name="confidence">In how many of a hundred repetitions the bounds would hold, as a share.</param>
    /// <returns>The difference and its bounds.</returns>
    public static MedianShift Of(IReadOnlyList<IReadOnlyList<double>> before, IReadOnlyList<IReadOnlyList<double>> after, double confidence)
    {
        var chance = new Random(Seed);
        var (were, are) = (before.Where(s => s.Count > 0).Select(s => s.ToArray()).ToArray(), after.Where(s => s.Count > 0).Select(s => s.ToArray()).ToArray());
        var shifts = new double[Resamples];
        for (var n = 0; n < Resamples; n++)
            shifts[n] = Share(Median(Resample(were, chance)), Median(Resample(are, chance)));
        Array.Sort(shifts);
        var tail = (int)(Resamples * (1 - confidence) / 2);
        return new(Median([.. before.SelectMany(s => s)]), Median([.. after.SelectMany(s => s)]), shifts[tail], shifts[^(tail + 1)]);
    }

    private static double[] Resample(double[][] runs, Random chance)
    {
        var drawn = new double[runs.Sum(samples => samples.Length)];
        var have = 0;
        while (have < drawn.Length)
        {
            var samples = runs[chance.Next(runs.Length)];
            var stretch = Math.Max(1, (int)Math.Ceiling(Math.Sqrt(samples.Length)));
            for (var end = Math.Min(drawn.Length, have + samples.Length); have < end;)
            {
                // Around the end to the start, so that no second is drawn less often than another.
                var at = chance.Next(samples.Length);
                for (var left = Math.Min(stretch, end - have); left > 0; left--, at = at + 1 == samples.Length ? 0 : at + 1)
                    drawn[have++] = samples[at];
            }
        }

        return drawn;
    }

    private static double Share(double before, double after) => before == 0 ? after == 0 ? 0 : double.PositiveInfinity : (after - before) / before;

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length == 0 ? 0 : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}

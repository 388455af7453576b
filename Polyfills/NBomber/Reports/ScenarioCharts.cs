using System.Globalization;
using NBomber.Engine;

namespace NBomber.Reports;

/// <summary>The charts of a scenario: what it did second by second, and how its latencies are distributed.</summary>
internal static class ScenarioCharts
{
    // More points than this say nothing more on a page.
    private const int MostPoints = 240;

    private static readonly double[] Percentiles = [1, 5, 10, 25, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97.5, 98, 99, 99.25, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999];
    private static readonly int[] TimeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
    private static readonly (double Percentile, string Name)[] PercentileMarks = [(0, "0"), (50, "50 %"), (90, "90 %"), (99, "99 %"), (99.9, "99.9 %"), (99.99, "99.99 %")];

    internal static IEnumerable<SvgChart> Of(Timeline timeline)
    {
        var samples = Thin(timeline.Samples);
        if (samples.Count == 0)
            yield break;
        var end = samples[^1].At;
        var points = samples.Select(s => (s.At / end, FormattableString.Invariant($"{s.At.TotalSeconds:0.#} s, {s.Load.SimulationName} {s.Load.Value}"))).ToArray();
        var marks = TimeMarks(end);

        var (ok, failed) = (samples.Select(s => s.OkPerSecond).ToArray(), samples.Select(s => s.FailPerSecond).ToArray());
        yield return new SvgChart("Iterations a second", points, marks, [new("ok", "ok", ok, Filled: true), new("failed", "fail", failed, Filled: true)], ChartAxis.FromZero([.. ok, .. failed]), Figures.Rate);

        double[][] latencies = [.. new Func<Sample, TimeSpan>[] { s => s.Median, s => s.Percent95, s => s.Percent99 }.Select(of => samples.Select(s => s.Ok == 0 ? double.NaN : of(s).TotalMilliseconds).ToArray())];
        yield return new SvgChart("Latency in ms, of those that went well", points, marks, [new("p50", "p50", latencies[0]), new("p95", "p95", latencies[1]), new("p99", "p99", latencies[2])], ChartAxis.Fitting([.. latencies.SelectMany(l => l).Where(v => !double.IsNaN(v))]), Figures.Milliseconds);

        yield return Distribution(timeline.Totals);

        var underWay = samples.Select(s => (double)s.UnderWay).ToArray();
        yield return new SvgChart("Under way at once", points, marks, [new("iterations", "p95", underWay, Filled: true)], ChartAxis.FromZero(underWay), Figures.Rate);
    }

    /// <summary>
    /// Latency by percentile, the rare ones spread out: each nine after the point is as wide as the one before. It ends where
    /// a percentile would be that of a single measurement.
    /// </summary>
    private static SvgChart Distribution(ScenarioTotals totals)
    {
        var percentiles = Percentiles.Where(p => IsKnown(p, Math.Max(totals.Ok.Count, totals.Fail.Count))).ToArray();
        var longest = Nines(percentiles[^1]);
        var lines = new[] { ("ok", "ok", totals.Ok), ("failed", "fail", totals.Fail) }.Where(t => t.Item3.Count > 0)
            .Select(t => new ChartLine(t.Item1, t.Item2, [.. percentiles.Select(p => IsKnown(p, t.Item3.Count) ? TimeSpan.FromTicks(t.Item3.Latency.ValueAt(p)).TotalMilliseconds : double.NaN)]))
            .ToArray();
        return new SvgChart(
            "Latency in ms by percentile",
            [.. percentiles.Select(p => (Nines(p) / longest, p.ToString("0.###", CultureInfo.InvariantCulture) + " %"))],
            [.. PercentileMarks.Where(m => Nines(m.Percentile) <= longest).Select(m => (Nines(m.Percentile) / longest, m.Name))],
            lines,
            ChartAxis.Fitting([.. lines.SelectMany(l => l.Values).Where(v => !double.IsNaN(v))]),
            Figures.Milliseconds);
    }

    private static bool IsKnown(double percentile, long count) => percentile <= 50 || (100 - percentile) / 100 * count >= 1;

    private static double Nines(double percentile) => -Math.Log10(1 - (percentile / 100));

    private static (double At, string Name)[] TimeMarks(TimeSpan end)
    {
        var step = TimeSteps.FirstOrDefault(s => end.TotalSeconds / s <= 8, 7200);
        return [.. Enumerable.Range(0, (int)(end.TotalSeconds / step) + 1).Select(n => (n * step / end.TotalSeconds, step < 60 ? $"{n * step} s" : $"{n * step / 60} min"))];
    }

    /// <summary>Neighbours become one point: counts are added, and of latencies the worst is kept, which a mean would hide.</summary>
    private static List<Sample> Thin(IReadOnlyList<Sample> samples)
    {
        var together = (samples.Count + MostPoints - 1) / MostPoints;
        return together <= 1 ? [.. samples] : [.. samples.Chunk(together).Select(chunk => new Sample(
            chunk[^1].At,
            chunk.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Span),
            chunk.Sum(s => s.Ok),
            chunk.Sum(s => s.Fail),
            chunk.Max(s => s.Median),
            chunk.Max(s => s.Percent95),
            chunk.Max(s => s.Percent99),
            chunk.Max(s => s.UnderWay),
            chunk[^1].Load))];
    }
}

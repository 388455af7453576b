using System.Globalization;
using NBomber.Contracts.Stats;

namespace NBomber.Reports;

/// <summary>A table of a report: text, Markdown and HTML draw the same ones.</summary>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>The latencies of a scenario and its steps, what went well and what failed apart.</summary>
    internal static ReportTable Latencies(ScenarioStats scenario) => new(
        "Latency in ms",
        ["", "count", "a second", "share", "min", "mean", "p50", "p75", "p95", "p99", "max", "σ"],
        [.. Measured(scenario).Where(m => m.Stats.Request.Count > 0).Select(m => (IReadOnlyList<string>)
        [
            m.Name, Figures.Count(m.Stats.Request.Count), Figures.Rate(m.Stats.Request.RPS), $"{m.Stats.Request.Percent} %",
            .. new[] { m.Stats.Latency.MinMs, m.Stats.Latency.MeanMs, m.Stats.Latency.Percent50, m.Stats.Latency.Percent75, m.Stats.Latency.Percent95, m.Stats.Latency.Percent99, m.Stats.Latency.MaxMs, m.Stats.Latency.StdDev }.Select(Figures.Milliseconds),
        ])]);

    /// <summary>The sizes of the answers to a scenario and its steps; null when none had one.</summary>
    internal static ReportTable? Sizes(ScenarioStats scenario) => Measured(scenario).Where(m => m.Stats.DataTransfer.AllBytes > 0).ToArray() is { Length: > 0 } sized
        ? new(
            "Size of answers",
            ["", "min", "mean", "p50", "p95", "max", "all"],
            [.. sized.Select(m => (IReadOnlyList<string>)[m.Name, .. new double[] { m.Stats.DataTransfer.MinBytes, m.Stats.DataTransfer.MeanBytes, m.Stats.DataTransfer.Percent50, m.Stats.DataTransfer.Percent95, m.Stats.DataTransfer.MaxBytes, m.Stats.DataTransfer.AllBytes }.Select(Figures.Bytes)])])
        : null;

    /// <summary>Which statuses came; null when none did.</summary>
    internal static ReportTable? Statuses(ScenarioStats scenario) => Measured(scenario).SelectMany(m => m.Stats.StatusCodes.Select(s => (m.Name, Status: s))).ToArray() is { Length: > 0 } statuses
        ? new(
            "Statuses",
            ["", "status", "count", "share", "message"],
            [.. statuses.Select(s => (IReadOnlyList<string>)[s.Name, s.Status.StatusCode, Figures.Count(s.Status.Count), $"{s.Status.Percent} %", s.Status.Message])])
        : null;

    /// <summary>What became of the thresholds; null when there are none.</summary>
    internal static ReportTable? Thresholds(IReadOnlyList<ThresholdResult> thresholds) => thresholds.Count == 0 ? null : new(
        "Thresholds",
        ["", "of", "check", "failed checks", "error"],
        [.. thresholds.Select(t => (IReadOnlyList<string>)
        [
            t.IsFailed ? "failed" : "held", t.StepName.Length == 0 ? t.ScenarioName : $"{t.ScenarioName} / {t.StepName}", t.CheckExpression,
            t.ErrorCount.ToString(CultureInfo.InvariantCulture), t.ExceptionMsg,
        ])]);

    private static IEnumerable<(string Name, MeasurementStats Stats)> Measured(ScenarioStats scenario)
    {
        yield return ("whole iteration, ok", scenario.Ok);
        yield return ("whole iteration, failed", scenario.Fail);
        foreach (var step in scenario.StepStats)
        {
            yield return ($"{step.StepName}, ok", step.Ok);
            yield return ($"{step.StepName}, failed", step.Fail);
        }
    }
}

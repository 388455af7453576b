using System.Globalization;
using System.Text;
using NBomber.Contracts.Stats;

namespace NBomber.Reports;

/// <summary>The report as CSV: a line for each scenario and each step, what went well and what failed apart.</summary>
internal static class CsvReport
{
    private static readonly string[] Columns =
    [
        "test_suite", "test_name", "scenario", "duration_s", "step", "result", "count", "rps", "percent", "min_ms", "mean_ms", "max_ms",
        "p50_ms", "p75_ms", "p95_ms", "p99_ms", "std_dev_ms", "min_bytes", "mean_bytes", "max_bytes", "all_bytes",
    ];

    internal static string Write(Report report)
    {
        var text = new StringBuilder().AppendJoin(',', Columns).Append('\n');
        foreach (var scenario in report.Stats.ScenarioStats)
        {
            Append(text, report.Stats.TestInfo, scenario, "", scenario.Ok, scenario.Fail);
            foreach (var step in scenario.StepStats)
                Append(text, report.Stats.TestInfo, scenario, step.StepName, step.Ok, step.Fail);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, TestInfo test, ScenarioStats scenario, string step, MeasurementStats ok, MeasurementStats fail)
    {
        foreach (var (result, stats) in new[] { ("ok", ok), ("fail", fail) })
        {
            text.AppendJoin(',', new object[]
            {
                test.TestSuite, test.TestName, scenario.ScenarioName, Math.Round(scenario.Duration.TotalSeconds, 3), step, result,
                stats.Request.Count, stats.Request.RPS, stats.Request.Percent, stats.Latency.MinMs, stats.Latency.MeanMs, stats.Latency.MaxMs,
                stats.Latency.Percent50, stats.Latency.Percent75, stats.Latency.Percent95, stats.Latency.Percent99, stats.Latency.StdDev,
                stats.DataTransfer.MinBytes, stats.DataTransfer.MeanBytes, stats.DataTransfer.MaxBytes, stats.DataTransfer.AllBytes,
            }.Select(Field)).Append('\n');
        }
    }

    private static string Field(object value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return text.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}

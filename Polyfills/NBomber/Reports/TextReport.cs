using System.Text;
using NBomber.Contracts.Stats;

namespace NBomber.Reports;

/// <summary>The report as plain text: tables with aligned columns.</summary>
internal static class TextReport
{
    internal static string Write(Report report)
    {
        var text = new StringBuilder();
        text.AppendLine(HeadLine(report.Stats)).AppendLine(report.Verdict);
        foreach (var scenario in report.Stats.ScenarioStats)
        {
            text.AppendLine().AppendLine($"== {scenario.ScenarioName}, {Figures.Duration(scenario.Duration)}");
            foreach (var table in Tables(scenario))
                Append(text, table);
        }

        if (ReportTable.Thresholds(report.Stats.Thresholds) is { } thresholds)
            Append(text, thresholds);
        return text.ToString();
    }

    internal static string HeadLine(NodeStats stats) => FormattableString.Invariant(
        $"{stats.TestInfo.TestSuite} / {stats.TestInfo.TestName}, {stats.TestInfo.Created:yyyy-MM-dd HH:mm:ss} UTC, {Figures.Duration(stats.Duration)}, on {stats.NodeInfo.MachineName} ({stats.NodeInfo.OS}, {stats.NodeInfo.CoresCount} cores, {stats.NodeInfo.DotNetVersion})");

    internal static IEnumerable<ReportTable> Tables(ScenarioStats scenario) =>
        new[] { ReportTable.Latencies(scenario), ReportTable.Sizes(scenario), ReportTable.Statuses(scenario) }.OfType<ReportTable>();

    private static void Append(StringBuilder text, ReportTable table)
    {
        var widths = table.Columns.Select((column, place) => Math.Max(column.Length, table.Rows.Select(r => r[place].Length).DefaultIfEmpty().Max())).ToArray();
        text.AppendLine().AppendLine(table.Title);
        foreach (var row in table.Rows.Prepend(table.Columns))
            text.AppendLine("  " + string.Join("  ", row.Select((cell, place) => place > 0 && IsNumber(cell) ? cell.PadLeft(widths[place]) : cell.PadRight(widths[place]))).TrimEnd());
    }

    private static bool IsNumber(string cell) => cell.Length > 0 && char.IsAsciiDigit(cell[0]);
}

using System.Text;

namespace NBomber.Reports;

/// <summary>The report as Markdown.</summary>
internal static class MarkdownReport
{
    internal static string Write(Report report)
    {
        var text = new StringBuilder();
        text.AppendLine($"# {Escape(report.Stats.TestInfo.TestName)}").AppendLine().AppendLine(Escape(TextReport.HeadLine(report.Stats))).AppendLine().AppendLine($"**{Escape(report.Verdict)}**");
        foreach (var scenario in report.Stats.ScenarioStats)
        {
            text.AppendLine().AppendLine($"## {Escape(scenario.ScenarioName)}, {Figures.Duration(scenario.Duration)}");
            foreach (var table in TextReport.Tables(scenario))
                Append(text, table, "###");
        }

        if (ReportTable.Thresholds(report.Stats.Thresholds) is { } thresholds)
            Append(text, thresholds, "##");
        return text.ToString();
    }

    private static void Append(StringBuilder text, ReportTable table, string level)
    {
        text.AppendLine().AppendLine($"{level} {table.Title}").AppendLine();
        text.AppendLine($"| {string.Join(" | ", table.Columns.Select(Escape))} |");
        text.AppendLine($"|{string.Concat(table.Columns.Select((_, place) => place == 0 ? "---|" : "---:|"))}");
        foreach (var row in table.Rows)
            text.AppendLine($"| {string.Join(" | ", row.Select(Escape))} |");
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}

using System.Globalization;
using System.Net;
using System.Text;
using NBomber.Contracts.Stats;

namespace NBomber.Reports;

/// <summary>The report as one page that needs nothing else: no script, no font, no picture from elsewhere.</summary>
internal static class HtmlReport
{
    internal static string Write(Report report)
    {
        var stats = report.Stats;
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Encode(stats.TestInfo.TestName)}</title><style>{HtmlStyle.Css}</style></head><body>\n");
        html.Append(CultureInfo.InvariantCulture, $"<header><h1>{Encode(stats.TestInfo.TestName)}</h1><p class=\"verdict {(report.HasFailed ? "bad" : stats.Thresholds.Length > 0 ? "good" : "")}\">{Encode(report.Verdict)}</p><p class=\"facts\">{Encode(TextReport.HeadLine(stats))}</p></header>\n");
        AppendNavigation(html, stats);
        if (ReportTable.Thresholds(stats.Thresholds) is { } thresholds)
        {
            html.Append("<section id=\"thresholds\">");
            Append(html, thresholds, "h2");
            html.Append("</section>\n");
        }

        foreach (var (scenario, place) in stats.ScenarioStats.Select((s, i) => (s, i)))
            AppendScenario(html, report, scenario, place);
        return html.Append("</body></html>\n").ToString();
    }

    private static void AppendNavigation(StringBuilder html, NodeStats stats)
    {
        if (stats.ScenarioStats.Length < 2)
            return;
        html.Append("<nav>");
        foreach (var (scenario, place) in stats.ScenarioStats.Select((s, i) => (s, i)))
            html.Append(CultureInfo.InvariantCulture, $"<a href=\"#scenario-{place}\">{Encode(scenario.ScenarioName)}</a>");
        html.Append("</nav>\n");
    }

    private static void AppendScenario(StringBuilder html, Report report, ScenarioStats scenario, int place)
    {
        html.Append(CultureInfo.InvariantCulture, $"<section id=\"scenario-{place}\"><h2>{Encode(scenario.ScenarioName)}</h2><div class=\"tiles\">");
        Tile(html, "iterations", Figures.Count(scenario.Ok.Request.Count + scenario.Fail.Request.Count), $"in {Figures.Duration(scenario.Duration)}");
        Tile(html, "ok a second", Figures.Rate(scenario.Ok.Request.RPS), $"{scenario.Ok.Request.Percent} % of all");
        Tile(html, "failed", Figures.Count(scenario.Fail.Request.Count), $"{scenario.Fail.Request.Percent} % of all", scenario.Fail.Request.Count > 0 ? "bad" : "good");
        Tile(html, "p50", Figures.Milliseconds(scenario.Ok.Latency.Percent50), "ms");
        Tile(html, "p95", Figures.Milliseconds(scenario.Ok.Latency.Percent95), "ms");
        Tile(html, "p99", Figures.Milliseconds(scenario.Ok.Latency.Percent99), "ms");
        Tile(html, "slowest", Figures.Milliseconds(scenario.Ok.Latency.MaxMs), "ms");
        html.Append("</div><div class=\"charts\">\n");
        foreach (var chart in report.Timelines.Where(t => t.Run.Scenario.ScenarioName == scenario.ScenarioName).SelectMany(ScenarioCharts.Of))
            chart.Append(html);
        html.Append("</div>");
        foreach (var table in TextReport.Tables(scenario))
            Append(html, table, "h3");
        html.Append("</section>\n");
    }

    private static void Tile(StringBuilder html, string name, string value, string unit, string style = "") =>
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"tile {style}\"><span>{name}</span><b>{value}</b><span>{unit}</span></div>");

    private static void Append(StringBuilder html, ReportTable table, string level)
    {
        html.Append(CultureInfo.InvariantCulture, $"<{level}>{Encode(table.Title)}</{level}><div class=\"scroll\"><table><thead><tr>");
        foreach (var column in table.Columns)
            html.Append(CultureInfo.InvariantCulture, $"<th>{Encode(column)}</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var row in table.Rows)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr{(row[0].EndsWith("failed", StringComparison.Ordinal) ? " class=\"bad\"" : "")}>");
            foreach (var cell in row)
                html.Append(CultureInfo.InvariantCulture, $"<td>{Encode(cell)}</td>");
            html.Append("</tr>");
        }

        html.Append("</tbody></table></div>\n");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}

using System.Text.RegularExpressions;
using Platform.Tests.Support;

namespace Platform.Tests.Observability;

/// <summary>What docs/metrics.md says.</summary>
internal static partial class MetricsDocument
{
    private static readonly string[][] Rows =
        [.. File.ReadAllLines(Path.Combine(Repository.Root, "docs", "metrics.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => Column().Split(line[1..^1]).Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal)).ToArray())];

    /// <summary>A row of its tables.</summary>
    /// <param name="Name">The metric.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="Labels">Its labels, besides <c>job</c> and <c>instance</c>.</param>
    /// <param name="Failure">What has to fail for it to be there; empty when nothing does.</param>
    public sealed record Metric(string Name, string Type, string[] Labels, string Failure);

    /// <summary>All metrics, by name.</summary>
    public static IReadOnlyDictionary<string, Metric> Metrics { get; } = Rows.Where(row => row.Length == 6).Select(row =>
        new Metric(row[0].Trim('`'), row[1], [.. Quoted().Matches(row[3]).Select(label => label.Groups[1].Value)], row[5])).ToDictionary(metric => metric.Name);

    /// <summary>Selections of metrics that answer nothing until something fails, with what has to.</summary>
    public static IReadOnlyDictionary<string, string> OnlyInFailure { get; } = Rows.Where(row => row.Length == 2).ToDictionary(row => row[0].Trim('`'), row => row[1]);

    /// <summary>The metric that a series belongs to: a histogram has three names.</summary>
    public static Metric? Of(string series) =>
        Metrics.GetValueOrDefault(series) ?? (Metrics.GetValueOrDefault(Part().Replace(series, "")) is { Type: "histogram" } histogram ? histogram : null);

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Column();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Part();
}

using System.Text.RegularExpressions;

namespace Prometheus;

/// <summary>A metric: a name, a help text, label names, and one series for each combination of label values.</summary>
public abstract partial class Collector
{
    private protected Collector(string name, string help, string[] labelNames)
    {
        if (!ValidName().IsMatch(name))
            throw new ArgumentException($"Metric name '{name}' does not match {ValidName()}.");
        foreach (var label in labelNames)
        {
            if (label is null || !ValidName().IsMatch(label))
                throw new ArgumentException($"Label name '{label}' does not match {ValidName()}.");
            if (label.StartsWith("__", StringComparison.Ordinal))
                throw new ArgumentException($"Label name '{label}' is reserved: it starts with two underscores.");
        }
        if (labelNames.Distinct(StringComparer.Ordinal).Count() != labelNames.Length)
            throw new InvalidOperationException($"The label names of '{name}' include duplicates: {string.Join(", ", labelNames)}.");
        Name = name;
        Help = help ?? "";
        LabelNames = labelNames;
    }

    /// <summary>The name, such as <c>http_requests_total</c>.</summary>
    public string Name { get; }

    /// <summary>What it measures, for people.</summary>
    public string Help { get; }

    /// <summary>The names of its labels, in the order in which values are given.</summary>
    public string[] LabelNames { get; }

    internal abstract MetricType Type { get; }

    /// <summary>How many lines each series takes in the export.</summary>
    internal virtual int LinesPerSeries => 1;

    internal abstract int SeriesCount { get; }

    internal abstract void Write(ExpositionWriter writer);

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*\\z")]
    private static partial Regex ValidName();
}

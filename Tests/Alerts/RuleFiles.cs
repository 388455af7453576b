using System.Text.RegularExpressions;
using Platform.Tests.Support;

namespace Platform.Tests.Alerts;

/// <summary>The rules of Prometheus as they are written in <c>grafana/prometheus/rules</c>.</summary>
internal static partial class RuleFiles
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "grafana", "prometheus", "rules");

    public static IReadOnlyList<string> Rules { get; } = [.. Directory.GetFiles(Folder, "*.yml").Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> Tests { get; } = [.. Directory.GetFiles(Path.Combine(Folder, "tests"), "*.test.yml").Order(StringComparer.Ordinal)];

    /// <summary>Each alert with the text of its rule.</summary>
    public static IReadOnlyDictionary<string, string> Alerts { get; } = Rules
        .SelectMany(file => Alert().Matches(File.ReadAllText(file)))
        .ToDictionary(match => match.Groups["name"].Value, match => match.Value);

    // The line with its name, and those that are deeper.
    [GeneratedRegex(@"^ {6}- alert: (?<name>\w+)\n(?: {8}.*\n)*", RegexOptions.Multiline)]
    private static partial Regex Alert();
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.LoadTests.Run.Journeys;

/// <summary>What the journeys promise, from the file that the alerts are made of: <c>grafana/prometheus/rules/objectives.yml</c>.</summary>
public static partial class Objectives
{
    private const string File = "objectives.yml";

    /// <summary>Reads the file that was built with this program.</summary>
    public static IReadOnlyDictionary<string, Objective> Load() => Read(System.IO.File.ReadLines(Path.Combine(AppContext.BaseDirectory, File)));

    /// <summary>Reads recording rules, one a line.</summary>
    /// <param name="lines">Of the file.</param>
    /// <exception cref="FormatException">A rule is not as it ought to be, or a journey promises too little; the message says which.</exception>
    public static IReadOnlyDictionary<string, Objective> Read(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var values = new Dictionary<(string Journey, string What), double>();
        foreach (var (number, line) in lines.Index().Where(line => line.Item.Contains("record:", StringComparison.Ordinal)))
        {
            var rule = Rule().Match(line);
            if (!rule.Success || Label(rule, "journey") is not { } journey)
                throw new FormatException($"{File}, line {number + 1} must be a recording rule on one line, with a journey and a vector of a number.");
            var what = rule.Groups["record"].Value == "slo:objective:ratio" ? Label(rule, "slo") ?? "" : rule.Groups["record"].Value;
            values[(journey, what)] = double.Parse(rule.Groups["value"].Value, CultureInfo.InvariantCulture);
        }

        return values.Keys.Select(key => key.Journey).Distinct(StringComparer.Ordinal).ToDictionary(journey => journey, journey => new Objective(
            journey, Value(journey, "availability"), Value(journey, "latency"), TimeSpan.FromSeconds(Value(journey, "slo:latency_threshold:seconds"))), StringComparer.Ordinal);

        double Value(string journey, string what) => values.TryGetValue((journey, what), out var value) && value > 0 && (value < 1 || what.StartsWith("slo:", StringComparison.Ordinal))
            ? value
            : throw new FormatException($"{File} must say what {journey} promises of {what}, as a number above 0 and, of a share, below 1.");
    }

    private static string? Label(Match rule, string name) =>
        rule.Groups["labels"].Value.Split(',').Select(label => label.Split(':', 2)).FirstOrDefault(label => label[0].Trim() == name)?[^1].Trim().Trim('"', '\'');

    [GeneratedRegex("""record:\s*["']?(?<record>[a-z0-9_:]+)["']?\s*,\s*labels:\s*\{(?<labels>[^}]*)\}\s*,\s*expr:\s*vector\((?<value>[0-9.]+)\)""")]
    private static partial Regex Rule();
}

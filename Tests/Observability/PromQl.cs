using System.Text.RegularExpressions;

namespace Platform.Tests.Observability;

/// <summary>What has to be known of expressions without running them.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Words = new(["and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end", "by", "without", "on", "ignoring", "group_left", "group_right"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The selections of series in it, as <c>name{matchers}</c>, without times.</summary>
    public static IEnumerable<string> Selectors(string expression)
    {
        // What stands in quotes may look like anything; lists of labels look like metrics.
        List<string> texts = [];
        var bare = Text().Replace(expression, text =>
        {
            texts.Add(text.Value);
            return $"\"{texts.Count - 1}\"";
        });
        bare = Nameless().Replace(bare, "${before}");
        bare = Range().Replace(Grouping().Replace(Comment().Replace(bare, ""), " "), "");
        return Selector().Matches(bare).Where(selector => !Words.Contains(selector.Groups["name"].Value))
            .Select(selector => Placed().Replace(selector.Value, place => texts[int.Parse(place.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)]));
    }

    /// <summary>The name in a selection.</summary>
    public static string NameOf(string selector) => selector.Split('{')[0].Trim();

    /// <summary>Fills in what Grafana would: the usual window, and everything for what a viewer may choose.</summary>
    public static string Fill(string expression) => Variable().Replace(
        Interval().Replace(expression, "1m"), variable => variable.Groups["name"].Value is "__range_s" ? "300" : ".*");

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'")]
    private static partial Regex Text();

    [GeneratedRegex(@"(?<before>^|[^a-zA-Z0-9_:\s])\s*\{[^}]*\}")]
    private static partial Regex Nameless();

    [GeneratedRegex("#[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\[[^\]]*\]|\boffset\s+-?[0-9a-z]+")]
    private static partial Regex Range();

    [GeneratedRegex(@"(?<![a-zA-Z0-9_:.])(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?![a-zA-Z0-9_:]*\s*\()\s*(\{[^}]*\})?")]
    private static partial Regex Selector();

    [GeneratedRegex("\"(\\d+)\"")]
    private static partial Regex Placed();

    [GeneratedRegex(@"\$\{?(__rate_interval|__interval|__range)\b\}?")]
    private static partial Regex Interval();

    [GeneratedRegex(@"\$\{?(?<name>[a-zA-Z_]\w*)(:\w+)?\}?")]
    private static partial Regex Variable();
}

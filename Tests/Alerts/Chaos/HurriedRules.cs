using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Tests.Alerts.Chaos;

/// <summary>
/// The files of Prometheus and Alertmanager, copied so that time runs sixty times as fast in them: a minute becomes a second. Nothing
/// else is changed, and the files themselves are not.
/// <list type="bullet">
/// <item>Windows of expressions, <c>[5m]</c>, and <c>offset 5m</c>: a sixtieth, and ten seconds at least, so that there are samples in them.</item>
/// <item>Waits, <c>for: 5m</c>, <c>keep_firing_for</c>, <c>interval</c>, <c>group_wait</c>, <c>group_interval</c>, <c>repeat_interval</c>: a sixtieth, and a second at least.</item>
/// <item>Scrapes and evaluations: every two seconds.</item>
/// </list>
/// Ratios, thresholds, labels and routes stay as they are; names such as <c>slo:errors:ratio_rate1h</c> too, though they hold a minute then.
/// </summary>
internal static partial class HurriedRules
{
    private const int Faster = 60;

    /// <summary>Copies a folder with what is in it, hurried.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*.yml", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllText(copy, Hurry(File.ReadAllText(file)));
        }
    }

    public static string Hurry(string text)
    {
        text = Scrape().Replace(text, "${key}: 2s");
        text = Window().Replace(text, match => $"{Sixtieth(match, 10)}s");
        return Wait().Replace(text, match => $"{match.Groups["key"].Value}: {Sixtieth(match, 1)}s");
    }

    private static string Sixtieth(Match match, int least)
    {
        var seconds = int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * (match.Groups["unit"].Value switch
        {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => 86_400,
        });
        return Math.Max(seconds / Faster, least).ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"(?<=\[|\boffset )(?<number>\d+)(?<unit>[smhd])\b")]
    private static partial Regex Window();

    [GeneratedRegex(@"\b(?<key>for|keep_firing_for|interval|group_wait|group_interval|repeat_interval): (?<number>\d+)(?<unit>[smhd])\b")]
    private static partial Regex Wait();

    [GeneratedRegex(@"\b(?<key>scrape_interval|scrape_timeout|evaluation_interval): \d+[smh]")]
    private static partial Regex Scrape();
}

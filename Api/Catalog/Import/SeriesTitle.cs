using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Api.Catalog.Import;

/// <summary>A title as the data set writes it, <c>Title (Series, #n)</c>, taken apart.</summary>
/// <param name="Title">The title alone.</param>
/// <param name="Series">The series' name; the first one where several are named. Null without a series.</param>
/// <param name="Number">The place in it; null where the title covers several places, as boxed sets do.</param>
internal readonly partial record struct SeriesTitle(string Title, string? Series, decimal? Number)
{
    /// <summary>Takes a title apart; one without a series comes back as it is.</summary>
    internal static SeriesTitle Parse(string text)
    {
        var match = Trailing().Match(text);
        return match.Success
            ? new(match.Groups["title"].Value, match.Groups["series"].Value,
                match.Groups["number"] is { Success: true, ValueSpan: var digits } ? decimal.Parse(digits, CultureInfo.InvariantCulture) : null)
            : new(text, null, null);
    }

    // Series: anything up to the first '#', parentheses in pairs. Number: only when nothing after it makes it a range
    // (#1-3), a list (#1, 2) or a fraction (#1/2).
    [GeneratedRegex(@"^(?<title>.+?)\s*\(\s*(?<series>(?:[^()#]|\([^()]*\))+?)[\s,;:.]*#\s*(?:(?<number>\d{1,4}(?:\.\d{1,2})?)(?=\s*(?:\)$|[;:]|,\s*[^\d\s])))?[^()]*\)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Trailing();
}

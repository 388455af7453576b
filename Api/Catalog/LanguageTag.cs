using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Platform.Api.Catalog;

/// <summary>Language tags of BCP 47, section 2.1: language, script, region and variants, as <c>pt-BR</c> or <c>zh-Hant-TW</c>.</summary>
internal static partial class LanguageTag
{
    internal const string Allowed = "a BCP 47 language tag such as en, pt-BR or zh-Hant";

    /// <summary>Reads a tag and gives it the usual case (RFC 5646, section 2.1.1).</summary>
    internal static bool TryParse(string? text, [NotNullWhen(true)] out string? tag)
    {
        tag = null;
        if (text is null || text.Length > 35 || !WellFormed().IsMatch(text))
        {
            return false;
        }

        var parts = text.ToLowerInvariant().Split('-');
        for (var i = 1; i < parts.Length; i++)
        {
            parts[i] = parts[i].Length switch
            {
                2 => parts[i].ToUpperInvariant(),
                4 when char.IsAsciiLetter(parts[i][0]) => char.ToUpperInvariant(parts[i][0]) + parts[i][1..],
                _ => parts[i],
            };
        }

        tag = string.Join('-', parts);
        return true;
    }

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex WellFormed();
}

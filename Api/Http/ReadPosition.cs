using System.Globalization;
using Platform.Caching;

namespace Platform.Api.Http;

/// <summary>What a reader says it must not miss, and up to where it is told that it missed nothing (docs/consistency.md).</summary>
internal static class ReadPosition
{
    internal const string MinHeader = "Platform-Min-Lsn";

    private const string Allowed = $"{MinHeader} must be a position as Platform-Lsn has it: two hexadecimal numbers with a slash between, such as 1/6A3F2B8.";

    /// <summary>Reads the position that the request asks for; 0 when it asks for none.</summary>
    /// <returns>False when it is no position.</returns>
    internal static bool TryRead(HttpRequest request, out ulong atLeast)
    {
        atLeast = 0;
        return !request.Headers.TryGetValue(MinHeader, out var sent) || (sent is [{ } text] && TryParse(text, out atLeast));
    }

    /// <summary>400: what was sent is no position.</summary>
    internal static IResult Refusal() => Problems.Invalid(MinHeader, Allowed);

    /// <summary>Says that the answer lacks nothing up to a position that was applied before it was read.</summary>
    internal static void Say(IHeaderDictionary headers, AppliedPosition? applied)
    {
        if (applied is not null)
        {
            headers[CommitPosition.Header] = applied.Text;
        }
    }

    private static bool TryParse(ReadOnlySpan<char> text, out ulong position)
    {
        position = 0;
        var slash = text.IndexOf('/');
        if (slash is < 1 or > 8 || text.Length - slash - 1 is < 1 or > 8
            || !uint.TryParse(text[..slash], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !uint.TryParse(text[(slash + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
        {
            return false;
        }

        position = ((ulong)high << 32) | low;
        return true;
    }
}

using System.Globalization;
using System.Text;

namespace Platform.Emulators.Cosmos.Queries;

/// <summary>Takes a query's text apart into words.</summary>
internal static class Lexer
{
    // The longer first: "!=" is not "!" and "=".
    private static readonly string[] Signs =
        ["<>", "<=", ">=", "!=", "??", "||", "=", "<", ">", "?", ":", ",", ".", "(", ")", "[", "]", "{", "}", "*", "+", "-", "/", "%", "&", "|", "^", "~"];

    internal static List<Token> Read(string text)
    {
        List<Token> tokens = [];
        var at = 0;
        while (SkipSpace(text, ref at))
        {
            var start = at;
            var (kind, content) = text[at] switch
            {
                '\'' or '"' => (TokenKind.String, String(text, ref at)),
                >= '0' and <= '9' => (TokenKind.Number, Number(text, ref at)),
                '.' when at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]) => (TokenKind.Number, Number(text, ref at)),
                '@' => (TokenKind.Parameter, "@" + Word(text, ref at, skip: 1)),
                _ when IsWord(text[at]) => (TokenKind.Word, Word(text, ref at, skip: 0)),
                _ => (TokenKind.Sign, Sign(text, ref at)),
            };
            tokens.Add(new Token(kind, content, start, at));
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length, text.Length));
        return tokens;
    }

    private static bool SkipSpace(string text, ref int at)
    {
        while (at < text.Length)
        {
            if (text.AsSpan(at).StartsWith("--", StringComparison.Ordinal))
                at = text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length;
            else if (char.IsWhiteSpace(text[at]))
                at++;
            else
                return true;
        }

        return false;
    }

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';

    private static string Word(string text, ref int at, int skip)
    {
        var start = at += skip;
        while (at < text.Length && IsWord(text[at]))
            at++;
        return text[start..at];
    }

    private static string Sign(string text, ref int at)
    {
        foreach (var sign in Signs)
        {
            if (string.CompareOrdinal(text, at, sign, 0, sign.Length) == 0)
            {
                at += sign.Length;
                return sign;
            }
        }

        throw new QueryException("SC1010", $"Syntax error, invalid token '{text[at]}'.", at, at + 1);
    }

    private static string Number(string text, ref int at)
    {
        var start = at;
        if (text.AsSpan(at).StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            at += 2;
            while (at < text.Length && char.IsAsciiHexDigit(text[at]))
                at++;
            return ulong.TryParse(text.AsSpan(start + 2, at - start - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
                ? number.ToString(CultureInfo.InvariantCulture)
                : throw InvalidNumber(text, start, at);
        }

        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            at++;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
                at++;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
        }

        return double.TryParse(text.AsSpan(start, at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? text[start..at]
            : throw InvalidNumber(text, start, at);
    }

    private static QueryException InvalidNumber(string text, int start, int at) => new("SC1010", $"Syntax error, invalid numeric value token '{text[start..at]}'.", start, at);

    // Two quotes in a row are two strings here, not a quote.
    private static string String(string text, ref int at)
    {
        var start = at;
        var quote = text[at++];
        var content = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            if (text[at] == '\\')
                content.Append(Escaped(text, ref at, start));
            else
                content.Append(text[at++]);
        }

        if (at == text.Length)
            throw Invalid(text, start);
        at++;
        return content.ToString();
    }

    private static char Escaped(string text, ref int at, int start)
    {
        if (at + 1 == text.Length)
            throw Invalid(text, start);
        var character = text[at + 1];
        at += 2;
        if (character != 'u')
        {
            return character switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '\\' or '/' or '\'' or '"' => character,
                _ => throw Invalid(text, start),
            };
        }

        if (at + 4 > text.Length || !ushort.TryParse(text.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw Invalid(text, start);
        at += 4;
        return (char)code;
    }

    private static QueryException Invalid(string text, int start) =>
        new("SC1012", $"Syntax error, invalid string literal token '{text[start..]}'.", start, text.Length);
}

using System.Diagnostics.CodeAnalysis;

namespace Platform.Api.Catalog;

/// <summary>
/// An ISBN whose check digit is right, however it was written: 10 or 13 digits, with or without hyphens or spaces.
/// Kept as ISBN-13, so that both forms of one book are equal. <c>default</c> means none.
/// </summary>
/// <remarks>ISO 2108; the check digits are those of the ISBN Users' Manual, 7th edition, section 6.</remarks>
internal readonly record struct Isbn
{
    private readonly string? _isbn13;

    private Isbn(string isbn13) => _isbn13 = isbn13;

    /// <summary>Thirteen digits.</summary>
    public string Isbn13 => _isbn13 ?? "";

    /// <summary>The ten characters of the older form; null where there is none, that is beyond the prefix 978.</summary>
    public string? Isbn10 => _isbn13 is ['9', '7', '8', ..] ? $"{_isbn13[3..12]}{CheckDigit10(_isbn13.AsSpan(3, 9))}" : null;

    /// <summary>Reads an ISBN.</summary>
    /// <returns>False when the length, a character or the check digit is wrong.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out Isbn result)
    {
        result = default;
        Span<char> digits = stackalloc char[13];
        var length = 0;
        foreach (var c in s ?? "")
        {
            if (c is '-' or ' ')
            {
                continue;
            }

            if (length == 13 || !(char.IsAsciiDigit(c) || (c is 'x' or 'X' && length == 9)))
            {
                return false;
            }

            digits[length++] = char.ToUpperInvariant(c);
        }

        if (length == 10 && CheckDigit10(digits[..9]) == digits[9])
        {
            digits[..9].CopyTo(digits[3..]);
            "978".CopyTo(digits);
            digits[12] = CheckDigit13(digits[..12]);
            result = new Isbn(digits.ToString());
            return true;
        }

        // An ISBN-13 is an EAN that begins with 978 or 979.
        if (length == 13 && !digits.Contains('X') && digits is ['9', '7', '8' or '9', ..] && CheckDigit13(digits[..12]) == digits[12])
        {
            result = new Isbn(digits.ToString());
            return true;
        }

        return false;
    }

    /// <inheritdoc />
    public override string ToString() => Isbn13;

    private static char CheckDigit10(ReadOnlySpan<char> nineDigits)
    {
        var sum = 0;
        for (var i = 0; i < 9; i++)
        {
            sum += (10 - i) * (nineDigits[i] - '0');
        }

        var check = (11 - (sum % 11)) % 11;
        return check == 10 ? 'X' : (char)('0' + check);
    }

    private static char CheckDigit13(ReadOnlySpan<char> twelveDigits)
    {
        var sum = 0;
        for (var i = 0; i < 12; i++)
        {
            sum += (i % 2 == 0 ? 1 : 3) * (twelveDigits[i] - '0');
        }

        return (char)('0' + ((10 - (sum % 10)) % 10));
    }
}

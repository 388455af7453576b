namespace Platform.Api.Embeddings;

/// <summary>
/// The words of a text, lower-cased and without accents. It uses no culture data, so that every platform and version of
/// Unicode tables splits alike: a stored vector must stay comparable.
/// </summary>
internal ref struct TextWords(ReadOnlySpan<char> text, Span<char> buffer)
{
    /// <summary>Longer words are cut: nothing that long is a word.</summary>
    public const int MaxLength = 48;

    // Latin letters from U+00C0 to U+017F without their marks.
    private const string Unaccented =
        "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty" +
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll" +
        "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    private readonly ReadOnlySpan<char> _text = text;
    private readonly Span<char> _buffer = buffer;
    private int _position;
    private int _length;

    /// <summary>The word found last, valid until the next one is looked for.</summary>
    public readonly ReadOnlySpan<char> Current => _buffer[.._length];

    public bool MoveNext()
    {
        _length = 0;
        for (; _position < _text.Length; _position++)
        {
            var c = Fold(_text[_position]);
            if (c == '\0')
                continue;
            if (c != ' ')
            {
                if (_length < MaxLength)
                    _buffer[_length++] = c;
            }
            else if (_length > 0)
            {
                return true;
            }
        }
        return _length > 0;
    }

    // A letter or digit as it is compared, a blank between words, or nothing: "don't" is "dont", "Emile" may carry marks.
    private static char Fold(char c) => c switch
    {
        >= 'a' and <= 'z' or >= '0' and <= '9' => c,
        >= 'A' and <= 'Z' => (char)(c | 0x20),
        '\'' or '\u2019' or '\u02BC' or '\u00AD' => '\0',
        < '\u00C0' => ' ',
        <= '\u017F' => Unaccented[c - '\u00C0'],
        >= '\u0300' and <= '\u036F' => '\0',
        _ => char.IsLetterOrDigit(c) || char.IsSurrogate(c) ? char.ToLowerInvariant(c) : ' ',
    };
}

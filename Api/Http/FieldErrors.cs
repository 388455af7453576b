using System.Collections;

namespace Platform.Api.Http;

/// <summary>
/// What is wrong with a request, by field as the caller spelled it (<c>identifiers.isbn13</c>); each message says what is
/// allowed. Gathers everything, so that a caller mends it in one go.
/// </summary>
internal sealed class FieldErrors : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _errors = [];

    internal bool Any => _errors.Count > 0;

    internal void Add(string field, string message) => _errors.Add(new(field, message));

    /// <summary>Checks a text that may be absent.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="value">What was sent.</param>
    /// <param name="maxLength">In UTF-16 units.</param>
    /// <returns>The text without white space around it; null where that leaves nothing.</returns>
    internal string? OptionalText(string field, string? value, int maxLength)
    {
        var text = value?.Trim();
        if (text is null or "")
        {
            return null;
        }

        if (text.Length > maxLength)
        {
            Add(field, $"{field} must be at most {maxLength} characters long.");
        }
        else if (!IsStorable(text))
        {
            Add(field, $"{field} must be Unicode text without the character NUL.");
        }

        return text;
    }

    /// <summary>Checks a text that must be there.</summary>
    /// <inheritdoc cref="OptionalText" />
    internal string Text(string field, string? value, int maxLength)
    {
        var text = OptionalText(field, value, maxLength);
        if (text is null)
        {
            Add(field, $"{field} is required: 1 to {maxLength} characters.");
        }

        return text ?? "";
    }

    /// <summary>Whether PostgreSQL can hold the text: no NUL, no half of a surrogate pair.</summary>
    internal static bool IsStorable(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\0' || (char.IsSurrogate(c) && !(i + 1 < text.Length && char.IsSurrogatePair(c, text[++i]))))
            {
                return false;
            }
        }

        return true;
    }

    internal Dictionary<string, string[]> ToDictionary() =>
        _errors.GroupBy(e => e.Key).ToDictionary(group => group.Key, group => group.Select(e => e.Value).ToArray());

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _errors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

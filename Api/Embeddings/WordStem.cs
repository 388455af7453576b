namespace Platform.Api.Embeddings;

/// <summary>
/// Makes an English plural equal to its singular, after the "S" stemmer (Harman: How effective is suffixing?, JASIS 1991).
/// More would join words that only look alike; what else inflection does, the parts of a word make up for.
/// </summary>
internal static class WordStem
{
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> word)
    {
        if (word.Length < 4)
            return word;
        // "Stories" and "story": cut, since a span cannot be changed, and so both become "stor".
        if (word.Length > 4 && word[^1] == 'y')
            return word[..^1];
        if (word[^1] != 's' || word[^2] is 's' or 'u')
            return word;
        if (word.Length > 5 && word.EndsWith("ies"))
            return word[..^3];
        return word.EndsWith("sses") || word.EndsWith("shes") || word.EndsWith("ches") || word.EndsWith("xes") ? word[..^2] : word[..^1];
    }
}

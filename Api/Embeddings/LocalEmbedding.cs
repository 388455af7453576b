using System.Numerics.Tensors;

namespace Platform.Api.Embeddings;

/// <summary>
/// Turns text into a vector without a model file: the same text gives the same vector everywhere.
/// <list type="bullet">
/// <item>A word is a few signed places of the vector chosen by hashing (Weinberger et al.: Feature hashing for large scale
/// multitask learning, ICML 2009), several a word, so that two words hardly ever collide altogether.</item>
/// <item>Its parts of 3 to 5 letters add theirs (Bojanowski et al.: Enriching word vectors with subword information, TACL
/// 2017): spelling variants, inflections and compounds come near each other.</item>
/// <item>Its subjects add theirs (<see cref="Subjects"/>).</item>
/// <item>Common words count little (<see cref="CommonWords"/>). Taking out the direction that all texts share, as is often
/// done besides, changed nothing here and was left out.</item>
/// </list>
/// Against plain hashing of words, by precision@10 on the 10,000 books of goodbooks-10k: title to same author or series
/// 0.109 : 0.075, title to same readers 0.073 : 0.050, title with series and authors to same readers 0.368 : 0.318.
/// </summary>
internal static class LocalEmbedding
{
    /// <summary>The length of a vector.</summary>
    public const int Dimensions = 256;

    /// <summary>Changes whenever the vector of any text does, so that stored vectors are made anew.</summary>
    public const string ModelId = "platform-local-256-v1";

    private const int MaxWordsPerLine = 1000;
    private const float WordShare = 1f;
    private const float PartsShare = 0.6f;
    private const float SubjectShare = 1.2f;

    /// <summary>
    /// The vector of <paramref name="text"/>, of length 1. Each line counts by the root of its length, so that a long
    /// description does not drown a title.
    /// </summary>
    /// <param name="text">Any text; one without letters or digits has a vector of its own.</param>
    /// <param name="vector"><see cref="Dimensions"/> places, overwritten.</param>
    public static void Embed(ReadOnlySpan<char> text, Span<float> vector)
    {
        Sum(text, vector);
        if (TensorPrimitives.Norm<float>(vector) < 1e-6f)
        {
            // Cosine distance to a vector of length 0 is no number.
            vector.Clear();
            vector[0] = 1;
        }
        Normalise(vector);
    }

    /// <summary>Scales <paramref name="vector"/> to length 1.</summary>
    public static void Normalise(Span<float> vector) =>
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);

    private static void Sum(ReadOnlySpan<char> text, Span<float> vector)
    {
        vector.Clear();
        Span<float> line = stackalloc float[Dimensions];
        Span<char> buffer = stackalloc char[TextWords.MaxLength];
        foreach (var range in text.Split('\n'))
        {
            line.Clear();
            var words = new TextWords(text[range], buffer);
            for (var count = 0; count < MaxWordsPerLine && words.MoveNext(); count++)
                AddWord(words.Current, CommonWords.WeightOf(words.Current), line);
            var length = TensorPrimitives.Norm<float>(line);
            if (length > 0)
                TensorPrimitives.MultiplyAdd(line, 1 / MathF.Sqrt(length), vector, vector);
        }
    }

    private static void AddWord(ReadOnlySpan<char> word, float weight, Span<float> sum)
    {
        var stem = WordStem.Of(word);
        var hash = StableHash.Of(stem);
        AddHashed(hash, weight * WordShare * 0.5f, sum);
        AddHashed(StableHash.Mix(hash), weight * WordShare * 0.5f, sum);
        AddParts(word, weight * PartsShare, sum);
        if (Subjects.Of(stem) is { } subject)
            TensorPrimitives.MultiplyAdd(subject, weight * SubjectShare, sum, sum);
    }

    private static void AddParts(ReadOnlySpan<char> word, float weight, Span<float> sum)
    {
        Span<char> marked = stackalloc char[TextWords.MaxLength + 2];
        marked[0] = '<';
        word.CopyTo(marked[1..]);
        marked[word.Length + 1] = '>';
        marked = marked[..(word.Length + 2)];

        // A character of Chinese or Japanese is as good as a word: there, parts are single characters and pairs.
        var (shortest, longest) = word[0] >= '\u2E80' ? (1, 2) : (3, 5);
        var count = 0;
        for (var length = shortest; length <= longest; length++)
            count += Math.Max(0, marked.Length - length + 1);
        if (count == 0)
            return;
        // Four places of 0.5 have length 1; independent parts add up by the root of their number.
        var share = weight * 0.5f / MathF.Sqrt(count);
        for (var length = shortest; length <= longest; length++)
        {
            for (var start = 0; start + length <= marked.Length; start++)
                AddHashed(StableHash.Of(marked.Slice(start, length)) ^ 0x5bd1e995UL, share, sum);
        }
    }

    // Four places with a sign each: 4 x (8 + 1) bits of the hash.
    private static void AddHashed(ulong hash, float amount, Span<float> sum)
    {
        for (var i = 0; i < 4; i++, hash >>= 9)
            sum[(int)(hash & 0xFF)] += (hash & 0x100) == 0 ? amount : -amount;
    }
}

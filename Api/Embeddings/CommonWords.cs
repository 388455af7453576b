using System.Collections.Frozen;

namespace Platform.Api.Embeddings;

/// <summary>
/// How much a word says. Smooth inverse frequency (Arora, Liang, Ma: A simple but tough-to-beat baseline for sentence
/// embeddings, ICLR 2017): weight a / (a + p), where p is how often the word occurs. The table holds the most common
/// words, the most common first, and Zipf's law turns the rank into p, so no corpus is needed at run time.
/// </summary>
internal static class CommonWords
{
    private const float A = 1e-3f;

    // Function words of the languages that catalogues hold most, then common English words, then what is said of every book.
    private static readonly string Ranked = """
        the of and to a in is it that for was on he as with his be at by i this had not are but from or have an they
        which one you were her all she there would their we him been has when who will more no if out so said what up its
        about into than them can only other new some could time these two may then do first any my now such like our over
        man me even most made after also did many before must through back years where much your way well down should
        because each just those people how too little state good very make world still own see men work long get here
        between both life being under never day same another know while last might us great old year off come since against
        go came right used take three themselves few house use during without again place around however small found
        mrs mr thought went say part once general high upon school every dont does got united left number course war until
        always away something fact though water less public put thing almost hand enough far took head yet government
        system better set told nothing night end why called didnt eyes find going look asked later knew point next
        de la le les el los las der die das und et du des un une il en y del dem den ein eine zu von di da e o os as um uma
        book books novel novels story stories tale tales edition volume vol complete collection collected series part
        chapter author written writer best selected works introduction guide new york bestselling illustrated reader reading
        chronicles trilogy saga box set anthology companion revised vols tome band teil
        """;

    private static readonly FrozenDictionary<string, float> Weights = Ranked
        .Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .Distinct(StringComparer.Ordinal)
        .Select((word, index) => (word, Weight: A / (A + (0.1f / (index + 2)))))
        .ToFrozenDictionary(entry => entry.word, entry => entry.Weight, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, float>.AlternateLookup<ReadOnlySpan<char>> BySpan =
        Weights.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>From nearly 0 for "the" to 1 for a word that is not common.</summary>
    public static float WeightOf(ReadOnlySpan<char> word)
    {
        if (BySpan.TryGetValue(word, out var weight))
            return weight;
        // Numbers and single letters tell editions and volumes apart, not what a book is about.
        return word.Length == 1 || char.IsAsciiDigit(word[0]) ? 0.25f : 1f;
    }
}

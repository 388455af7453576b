using System.Globalization;
using System.Text;

namespace Platform.LoadTests;

/// <summary>
/// Books that nobody wrote, always the same ones: the n-th is a function of n. Words, authors and ratings follow Zipf's
/// law, as real ones do: "the" is in every other title, most words are in a handful, few books are known.
/// </summary>
internal static class GeneratedBooks
{
    internal const int Categories = 60;

    private static readonly string[] Things =
    [
        "love", "night", "house", "world", "girl", "story", "time", "king", "heart", "life", "death", "blood", "dark", "city", "fire", "sea", "man", "woman",
        "war", "moon", "shadow", "dream", "river", "garden", "winter", "summer", "stone", "wind", "light", "queen", "wolf", "bone", "secret", "star", "road",
        "island", "daughter", "son", "sister", "brother", "mother", "child", "book", "song", "game", "sword", "rose", "storm", "forest", "mountain", "silence",
        "memory", "history", "art", "science", "kitchen", "murder", "ghost", "angel", "dragon", "witch", "prince", "soldier", "doctor", "thief", "hunter",
    ];

    private static readonly string[] Qualities =
    [
        "last", "first", "lost", "secret", "dark", "little", "great", "silent", "golden", "broken", "red", "black", "white", "wild", "long", "cold", "perfect",
        "hidden", "invisible", "american", "beautiful", "dead", "empty", "final", "forgotten", "good", "burning", "crooked", "ancient", "bitter",
    ];

    private static readonly string[] Starts = ["b", "br", "c", "ch", "d", "dr", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pr", "r", "s", "sh", "st", "t", "th", "tr", "v", "w", "z"];
    private static readonly string[] Middles = ["a", "e", "i", "o", "u", "ai", "ea", "ou", "ar", "er", "or", "an", "en", "in", "on", "el", "al"];
    private static readonly string[] Ends = ["", "l", "n", "r", "s", "t", "th", "nd", "rk", "st", "m", "ck", "ll", "ne", "ry"];

    /// <summary>The n-th book.</summary>
    /// <param name="n">From 0.</param>
    /// <param name="books">How many there are, on which the number of words and authors depends.</param>
    internal static Book Make(int n, int books)
    {
        var random = new Sequence((ulong)n);
        var words = Math.Max(2_000, books / 10);
        var title = Title(ref random, words);
        var series = random.Below(100) < 30 ? Capital($"{Word(ref random, words)} {Thing(ref random)}") : null;
        // Half of the books have less than ten ratings, one in fifty a thousand, one in ten thousand a million.
        var ratings = (long)Math.Min(5_000_000, 5 * Math.Pow(random.Unit(), -1.35));
        var authors = Math.Max(500, books / 4);
        var first = random.Zipf(authors);
        return new Book(
            Id(1, n), title, series, series is null ? null : 1 + random.Below(12),
            random.Below(100) switch { < 80 => "en", < 86 => "de", < 91 => "fr", < 96 => "es", _ => null },
            random.Below(100) < 3 ? null : 2026 - (int)(120 * Math.Pow(random.Unit(), 2)),
            ratings, 3 + (random.Below(200) / 100m),
            $"A {Quality(ref random)} tale of {Thing(ref random)} and {Word(ref random, words)}: how a {Thing(ref random)} from {Capital(Word(ref random, words))} met the {Quality(ref random)} {Thing(ref random)}.",
            random.Below(100) < 20 ? [first, (first + 1 + random.Below(authors - 1)) % authors] : [first],
            [.. new[] { random.Zipf(Categories), random.Zipf(Categories), random.Zipf(Categories) }.Distinct()]);
    }

    /// <summary>The n-th author's name.</summary>
    internal static string Author(int n)
    {
        var random = new Sequence(0x5EED_0000_0000UL + (ulong)n);
        return Capital($"{Invented(random.Below(1_500))} {Invented(2_000 + (n % 60_000))}");
    }

    /// <summary>The n-th category's name; each of the first twelve has four below it.</summary>
    internal static string Category(int n) => Capital(n < 12 ? $"{Things[n]} books" : $"{Qualities[n % Qualities.Length]} {Things[n]} books");

    /// <summary>An id that depends on its arguments alone and sorts like <paramref name="n"/>.</summary>
    /// <param name="kind">1 book, 2 author, 3 category.</param>
    /// <param name="n">Its number.</param>
    internal static Guid Id(int kind, int n) => new(n, (short)kind, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    private static string Title(ref Sequence random, int words) => Capital(random.Below(12) switch
    {
        0 or 1 => $"the {Quality(ref random)} {Thing(ref random)}",
        2 or 3 => $"the {Thing(ref random)} of {Word(ref random, words)}",
        4 => $"{Word(ref random, words)} and the {Thing(ref random)} of {Word(ref random, words)}",
        5 => $"a {Thing(ref random)} in {Word(ref random, words)}",
        6 => $"{Word(ref random, words)}'s {Thing(ref random)}",
        7 => Word(ref random, words),
        8 => $"{Quality(ref random)} {Thing(ref random)}, {Quality(ref random)} {Word(ref random, words)}",
        9 => $"the {Word(ref random, words)} {Thing(ref random)}: a {Thing(ref random)} of {Thing(ref random)} and {Thing(ref random)}",
        10 => $"{Word(ref random, words)} {Word(ref random, words)}",
        _ => $"how the {Thing(ref random)} met the {Word(ref random, words)} of {Thing(ref random)}",
    });

    private static string Thing(ref Sequence random) => Things[random.Zipf(Things.Length)];

    private static string Quality(ref Sequence random) => Qualities[random.Zipf(Qualities.Length)];

    private static string Word(ref Sequence random, int words) => Invented(random.Zipf(words));

    // Pronounceable, and different for different numbers.
    private static string Invented(int n)
    {
        var text = new StringBuilder();
        var rest = n;
        do
        {
            text.Append(Starts[rest % Starts.Length]);
            rest /= Starts.Length;
            text.Append(Middles[rest % Middles.Length]);
            rest /= Middles.Length;
        }
        while (rest > 0);
        return text.Append(Ends[n % Ends.Length]).ToString();
    }

    private static string Capital(string text) => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text);

    /// <summary>A generated book; authors and categories by number.</summary>
    internal sealed record Book(
        Guid Id, string Title, string? SeriesName, int? SeriesNumber, string? Language, int? PublishedYear, long RatingsCount, decimal AverageRating,
        string Description, int[] Authors, int[] Categories);

    /// <summary>Numbers that look random (SplitMix64, G. Steele and others, 2014): the same on every machine and version, which <see cref="Random"/> does not promise.</summary>
    private struct Sequence(ulong seed)
    {
        private ulong _state = Mix(seed); // mixed, or neighbours would run through the same numbers

        internal double Unit() => ((Next() >> 11) + 1) / (double)(1UL << 53);

        internal int Below(int limit) => (int)(Next() % (ulong)limit);

        // The inverse of the distribution function of 1/x: the k-th of n has a share of about 1 / (k ln n).
        internal int Zipf(int n) => Math.Min(n - 1, (int)Math.Pow(n + 1, Unit()) - 1);

        private ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

        private static ulong Mix(ulong z)
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}

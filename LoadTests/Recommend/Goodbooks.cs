using System.Globalization;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Training;
using Platform.Api.Catalog.Import;

namespace Platform.LoadTests.Recommend;

/// <summary>A reader's stars for a book.</summary>
internal readonly record struct Rating(int Reader, int Book, int Stars);

/// <summary>A book as the data have it.</summary>
internal sealed record GoodBook(int Number, SeriesTitle Title, string[] Authors);

/// <summary>The real ratings, and what of them is set aside to score with.</summary>
/// <param name="Books">All books.</param>
/// <param name="Kept">What may be learned from, by reader.</param>
/// <param name="Liked">What was set aside and has 4 stars or 5, by reader.</param>
internal sealed record Goodbooks(IReadOnlyList<GoodBook> Books, IReadOnlyDictionary<int, List<Rating>> Kept, IReadOnlyDictionary<int, IReadOnlySet<int>> Liked)
{
    private const double Aside = 0.2;

    /// <summary>Reads them.</summary>
    /// <param name="folder">Where <c>books.csv</c> and <c>ratings.csv</c> are.</param>
    /// <param name="aside">Other ratings of the same readers, to score with; null sets a fifth of each reader's aside, by a hash.</param>
    internal static Goodbooks Read(string folder, string? aside)
    {
        var all = Ratings(Path.Combine(folder, "ratings.csv"));
        var scored = aside is null ? all.Where(IsAside).ToList() : Ratings(aside);
        var kept = aside is null ? all.Where(rating => !IsAside(rating)) : all;
        return new Goodbooks(
            [.. Rows(Path.Combine(folder, "books.csv"), ["book_id", "title", "authors"], row => new GoodBook(Number(row[0]), SeriesTitle.Parse(row[1]), row[2].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))],
            kept.GroupBy(rating => rating.Reader).ToDictionary(reader => reader.Key, reader => reader.ToList()),
            scored.Where(rating => rating.Stars >= 4).GroupBy(rating => rating.Reader).ToDictionary(reader => reader.Key, reader => (IReadOnlySet<int>)reader.Select(rating => rating.Book).ToHashSet()));
    }

    /// <summary>How good lists are, by the protocol of the data: each reader's best 20, of those who have liked something that was set aside.</summary>
    internal Evaluation Score(Func<int, IReadOnlyList<int>> offer) => Evaluation.Of(Liked.Select(reader => (offer(reader.Key), reader.Value)), Books.Count);

    /// <summary>What was kept, as models take it; each rating as a one if nothing else is said.</summary>
    internal TrainingSet ToTrainingSet(Func<Rating, float> weight) => new(
        [.. Books.Select(book => BookId(book.Number))], Books.Count, [.. Kept.Values.Select(reader => reader.Select(rating => new Reading(rating.Book - 1, weight(rating), rating.Stars >= 4)).ToArray())], [], "");

    internal static Guid BookId(int number) => new(number, 1, 0, new byte[8]);

    internal static int NumberOf(Guid book) => int.Parse(book.ToString("N").AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    internal static Guid ReaderId(int number) => new(number, 2, 0, new byte[8]);

    private static bool IsAside(Rating rating)
    {
        var hash = unchecked(((uint)rating.Reader * 2654435761u) ^ ((uint)rating.Book * 2246822519u));
        hash = unchecked((hash ^ (hash >> 15)) * 2246822519u);
        hash = unchecked((hash ^ (hash >> 13)) * 3266489917u);
        return (hash ^ (hash >> 16)) < Aside * uint.MaxValue;
    }

    private static List<Rating> Ratings(string path) => [.. Rows(path, ["user_id", "book_id", "rating"], row => new Rating(Number(row[0]), Number(row[1]), Number(row[2])))];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<T> Rows<T>(string path, string[] columns, Func<CsvFile, T> read)
    {
        using var file = CsvFile.Open(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path), columns);
        while (file.Read())
            yield return read(file);
    }
}

using System.Globalization;

namespace Platform.Api.Catalog.Import;

/// <summary>A row of books.csv, read and found sound.</summary>
/// <param name="Number">The book's number in the data set.</param>
/// <param name="Line">Where the row begins.</param>
/// <param name="Facts">What the row says of the book itself.</param>
/// <param name="Authors">Names in the order of the title page, none twice.</param>
/// <param name="Isbn"><c>default</c> where the row has none or a wrong one.</param>
internal sealed record BookRow(int Number, int Line, BookFacts Facts, IReadOnlyList<string> Authors, Isbn Isbn)
{
    /// <summary>The columns that must be there.</summary>
    internal static readonly string[] Columns =
    [
        "book_id", "isbn", "authors", "original_publication_year", "original_title", "title", "language_code", "average_rating",
        "ratings_count", "image_url",
    ];

    /// <summary>Reads the current row of <paramref name="file"/>, opened with <see cref="Columns"/>.</summary>
    /// <returns>Null when the row is rejected, which the report then says.</returns>
    internal static BookRow? Read(CsvFile file, ImportReport report)
    {
        if (file.Problem is { } problem)
        {
            return Reject(problem);
        }

        if (!int.TryParse(file[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            return Reject($"book_id '{file[0]}' is not a number from 1");
        }

        var title = SeriesTitle.Parse(Tidy(file[5]));
        var authors = file[2].Split(',').Select(Tidy).Where(name => name != "").Distinct().ToArray();
        var originalTitle = Tidy(file[4]);
        if (title.Title == "")
        {
            return Reject("the title is empty");
        }

        if (authors.Append(title.Title).Append(title.Series ?? "").Append(originalTitle).FirstOrDefault(name => name.Length > Book.MaxNameLength) is { } tooLong)
        {
            return Reject($"'{tooLong[..30]}…' is longer than {Book.MaxNameLength} characters");
        }

        // An impossible number makes the whole row doubtful: its fields may have slipped.
        if (!TryReadNumber(file[3], -10_000, 9_999, decimals: 0, out var year))
        {
            return Reject($"original_publication_year '{file[3]}' is not a whole number from -10000 to 9999");
        }

        if (!TryReadNumber(file[7], 0, 5, decimals: 2, out var averageRating))
        {
            return Reject($"average_rating '{file[7]}' is not a number from 0 to 5");
        }

        if (!TryReadNumber(file[8], 0, long.MaxValue, decimals: 0, out var ratingsCount))
        {
            return Reject($"ratings_count '{file[8]}' is not a whole number from 0");
        }

        // Spreadsheets take the zeros in front away.
        var isbn = default(Isbn);
        if (file[1] != "" && !Isbn.TryParse(file[1].PadLeft(10, '0'), out isbn))
        {
            report.Drop(file.Name, file.Line, $"isbn '{file[1]}' of book {number}: it has a wrong check digit or is no ISBN");
        }

        string? language = null;
        if (file[6] != "" && !LanguageCode.TryParse(file[6], out language))
        {
            report.Drop(file.Name, file.Line, $"language_code '{file[6]}' of book {number} is no language");
        }

        string? cover = null;
        if (file[9] != "" && !file[9].Contains("nophoto", StringComparison.OrdinalIgnoreCase))
        {
            if (Uri.TryCreate(file[9], UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && file[9].Length <= 2000)
            {
                cover = file[9];
            }
            else
            {
                report.Drop(file.Name, file.Line, $"image_url of book {number} is no web address");
            }
        }

        var facts = new BookFacts(title.Title, originalTitle == "" ? null : originalTitle, title.Series, title.Number, language, (int?)year, cover,
            averageRating, (long)(ratingsCount ?? 0));
        return new BookRow(number, file.Line, facts, authors, isbn);

        BookRow? Reject(string what)
        {
            report.Reject(file.Name, file.Line, what);
            return null;
        }
    }

    // Empty is no number, which is fine. Whole numbers may have been through a spreadsheet: 2008.0.
    private static bool TryReadNumber(string text, decimal least, decimal most, int decimals, out decimal? number)
    {
        number = null;
        if (text == "")
        {
            return true;
        }

        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || value < least || value > most || (decimals == 0 && value != decimal.Truncate(value)))
        {
            return false;
        }

        number = Math.Round(value, decimals);
        return true;
    }

    // The data set keeps people of one name apart by doubled spaces.
    private static string Tidy(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>The columns of <c>catalog.books</c> that the data set knows; the others are left to people.</summary>
internal sealed record BookFacts(string Title, string? OriginalTitle, string? SeriesName, decimal? SeriesNumber, string? Language,
    int? PublishedYear, string? CoverUrl, decimal? AverageRating, long RatingsCount);

using System.Globalization;

namespace Platform.Api.Catalog.Import;

/// <summary>A row of ratings.csv, read and found sound.</summary>
/// <param name="Reader">The reader's number in the data set.</param>
/// <param name="Book">The book's number in the data set.</param>
/// <param name="Rating">1 to 5.</param>
internal readonly record struct RatingRow(int Reader, int Book, short Rating)
{
    /// <summary>The columns that must be there.</summary>
    internal static readonly string[] Columns = ["user_id", "book_id", "rating"];

    /// <summary>Reads the current row of <paramref name="file"/>, opened with <see cref="Columns"/>.</summary>
    /// <returns>Null when the row is rejected, which the report then says.</returns>
    internal static RatingRow? Read(CsvFile file, ImportReport report)
    {
        var numbers = new int[Columns.Length];
        if (file.Problem is { } problem)
        {
            report.Reject(file.Name, file.Line, problem);
            return null;
        }

        for (var column = 0; column < numbers.Length; column++)
        {
            var most = column == 2 ? 5 : 999_999_999;
            if (!int.TryParse(file[column], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[column]) || numbers[column] < 1 || numbers[column] > most)
            {
                report.Reject(file.Name, file.Line, $"{Columns[column]} '{file[column]}' is not a whole number from 1 to {most}");
                return null;
            }
        }

        return new RatingRow(numbers[0], numbers[1], (short)numbers[2]);
    }
}

using System.Globalization;
using System.Text;

namespace Platform.Tests.Api.Catalog;

/// <summary>A folder with the three files of a goodbooks data set, written by a test.</summary>
internal sealed class ImportFolder : IDisposable
{
    internal const string BookColumns = "book_id,isbn,authors,original_publication_year,original_title,title,language_code,average_rating,ratings_count,image_url";

    internal string Path { get; } = Directory.CreateTempSubdirectory("platform-import-").FullName;

    internal string Report => System.IO.Path.Combine(Path, "report.txt");

    /// <summary>Three sound books, two genres, three ratings.</summary>
    internal static ImportFolder Sound()
    {
        var folder = new ImportFolder();
        folder.Write("books.csv", BookColumns,
            """1,439023483,Suzanne Collins,2008.0,The Hunger Games,"The Hunger Games (The Hunger Games, #1)",eng,4.34,4780653,https://images.example/1.jpg""",
            """2,,"Homer, Robert Fagles,  Bernard  Knox",-750.0,Ἰλιάς,The Iliad,en-US,3.83,241088,https://s.example/nophoto/111x148.png""",
            """3,080442957x,Homer,,"The ""Other"" Book","The ""Other"" Book",,,0,""");
        folder.Write("genres.csv", "poetry,science-fiction", "0.0,0.75", "1.0,0.25", "0,0");
        folder.Write("ratings.csv", "user_id,book_id,rating", "7,1,5", "7,2,4", "8,1,3");
        return folder;
    }

    /// <summary>As many books by as many authors as asked for, each with a rating by each of two readers.</summary>
    internal static ImportFolder Of(int books)
    {
        var folder = new ImportFolder();
        var numbers = Enumerable.Range(1, books).Select(n => n.ToString(CultureInfo.InvariantCulture)).ToList();
        folder.Write("books.csv", [BookColumns, .. numbers.Select(n => $"{n},,Author {n},1900.0,,Title {n},eng,4.00,{n},")]);
        folder.Write("genres.csv", ["poetry,crime", .. numbers.Select(_ => "0.5,0")]);
        folder.Write("ratings.csv", ["user_id,book_id,rating", .. numbers.SelectMany(n => new[] { $"1,{n},5", $"2,{n},1" })]);
        return folder;
    }

    internal void Write(string name, params string[] lines) => WriteText(name, string.Join('\n', lines) + "\n");

    internal void WriteText(string name, string text, bool byteOrderMark = false) =>
        File.WriteAllText(System.IO.Path.Combine(Path, name), text, new UTF8Encoding(byteOrderMark));

    internal void WriteBytes(string name, byte[] bytes) => File.WriteAllBytes(System.IO.Path.Combine(Path, name), bytes);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

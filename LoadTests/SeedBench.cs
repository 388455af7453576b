using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Platform.LoadTests;

/// <summary><c>bench seed</c>: fills a database with generated books.</summary>
internal static class SeedBench
{
    /// <summary>The database it fills, which <c>bench search</c> then measures.</summary>
    internal static string Database(int books) => string.Create(CultureInfo.InvariantCulture, $"bench_seed_{books}");

    // The lock under which the Api makes embeddings, a batch at a time ("embed").
    private const long EmbeddingLock = 0x65_6D_62_65_64;

    /// <summary>How many books; the database is named after it.</summary>
    internal static readonly Option<int> Books = new("--books") { Description = "How many books to generate.", DefaultValueFactory = _ => 1_000_000 };

    internal static Command Create()
    {
        var seed = new Command("seed", "Generate books, always the same ones, for bench search.") { Books };
        seed.SetAction(async (arguments, cancellationToken) =>
        {
            await using var stack = await BenchStack.StartAsync(arguments, cancellationToken);
            var books = arguments.GetValue(Books);
            var database = await stack.CreateDatabaseAsync(Database(books), fresh: true, cancellationToken);
            await FillAsync(database, books, cancellationToken);
            return 0;
        });
        return seed;
    }

    /// <summary>
    /// Copies with triggers disabled and then builds the search documents, the dictionary and the indexes at once: for a
    /// million rows into empty tables that is several times faster than keeping them true row by row.
    /// </summary>
    internal static async Task FillAsync(BenchDatabase database, int books, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Owner) { CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        string[] tables = ["books", "authors", "categories", "book_authors", "book_categories", "book_translations"];
        await ExecuteAsync(connection, string.Join(';', tables.Select(t => $"ALTER TABLE catalog.{t} DISABLE TRIGGER USER")), cancellationToken);

        var now = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        await CopyAsync(connection, "categories (id, parent_id, name, slug, created_at, updated_at)", GeneratedBooks.Categories, async (copy, n) =>
        {
            var name = GeneratedBooks.Category(n);
            await copy.WriteAsync(GeneratedBooks.Id(3, n), NpgsqlDbType.Uuid, cancellationToken);
            await WriteAsync<Guid?>(copy, n < 12 ? null : GeneratedBooks.Id(3, n % 12), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(name, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(name.ToLowerInvariant().Replace(' ', '-'), NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);
        await CopyAsync(connection, "authors (id, name, created_at, updated_at)", Math.Max(500, books / 4), async (copy, n) =>
        {
            await copy.WriteAsync(GeneratedBooks.Id(2, n), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(GeneratedBooks.Author(n), NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);
        await CopyAsync(connection, "books (id, title, series_name, series_number, language, published_year, description, average_rating, ratings_count, created_at, updated_at)", books, async (copy, n) =>
        {
            var book = GeneratedBooks.Make(n, books);
            await copy.WriteAsync(book.Id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(book.Title, NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(copy, book.SeriesName, NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(copy, (decimal?)book.SeriesNumber, NpgsqlDbType.Numeric, cancellationToken);
            await WriteAsync(copy, book.Language, NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(copy, book.PublishedYear, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(book.Description, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(book.AverageRating, NpgsqlDbType.Numeric, cancellationToken);
            await copy.WriteAsync(book.RatingsCount, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);
        await CopyAsync(connection, "book_authors (book_id, author_id, position)", Pairs(books, b => b.Authors), async (copy, pair) =>
        {
            await copy.WriteAsync(pair.Book, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(GeneratedBooks.Id(2, pair.Part), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(pair.Place, NpgsqlDbType.Integer, cancellationToken);
        }, cancellationToken);
        await CopyAsync(connection, "book_categories (book_id, category_id)", Pairs(books, b => b.Categories), async (copy, pair) =>
        {
            await copy.WriteAsync(pair.Book, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(GeneratedBooks.Id(3, pair.Part), NpgsqlDbType.Uuid, cancellationToken);
        }, cancellationToken);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{books:N0} books copied in {watch.Elapsed.TotalSeconds:N0} s"));

        await ExecuteAsync(connection, string.Join(';', tables.Select(t => $"ALTER TABLE catalog.{t} ENABLE TRIGGER USER")), cancellationToken);
        await ExecuteAsync(connection, "ANALYZE catalog.books, catalog.authors, catalog.book_authors, catalog.book_categories, catalog.categories", cancellationToken);
        watch.Restart();
        await ExecuteAsync(connection, "INSERT INTO catalog.category_count_queue DEFAULT VALUES", cancellationToken);
        await ExecuteAsync(connection, "SELECT catalog.search_rebuild()", cancellationToken);
        await ExecuteAsync(connection, "VACUUM (ANALYZE) catalog.book_search, catalog.search_words, catalog.books, catalog.book_authors, catalog.book_categories", cancellationToken);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"search documents, dictionary and indexes built in {watch.Elapsed.TotalSeconds:N0} s"));
    }

    /// <summary>Keeps the making of embeddings, which is not what is measured, from the processors for as long as the connection is open.</summary>
    internal static Task HoldEmbeddingsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, $"SELECT pg_advisory_lock({EmbeddingLock})", cancellationToken);

    private static IEnumerable<(Guid Book, int Part, int Place)> Pairs(int books, Func<GeneratedBooks.Book, int[]> parts) =>
        Enumerable.Range(0, books).Select(n => GeneratedBooks.Make(n, books)).SelectMany(b => parts(b).Select((part, place) => (b.Id, part, place)));

    private static Task CopyAsync(NpgsqlConnection connection, string target, int rows, Func<NpgsqlBinaryImporter, int, Task> write, CancellationToken cancellationToken) =>
        CopyAsync(connection, target, Enumerable.Range(0, rows), write, cancellationToken);

    private static async Task CopyAsync<T>(NpgsqlConnection connection, string target, IEnumerable<T> rows, Func<NpgsqlBinaryImporter, T, Task> write, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY catalog.{target} FROM STDIN (FORMAT BINARY)", cancellationToken);
        copy.Timeout = TimeSpan.FromMinutes(30);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            await write(copy, row);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static Task WriteAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken) =>
        value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, type, cancellationToken);

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string statements, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // constants of this project
        await using var command = new NpgsqlCommand(statements, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // constants of this project
        await using var command = new NpgsqlCommand(query, connection);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

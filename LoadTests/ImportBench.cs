using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Platform.Api.Catalog.Import;

namespace Platform.LoadTests;

/// <summary>
/// <c>bench import</c>: books a second of <c>import goodbooks</c>, reading and checking of the files included, next to a
/// raw binary COPY of the very same rows into the same tables with the same indexes and triggers.
/// </summary>
internal static class ImportBench
{
    private const double Goal = 0.5;

    // In the order of their foreign keys.
    private static readonly string[] Tables = ["authors", "books", "book_authors", "book_identifiers", "book_categories"];

    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "The goodbooks-10k data set.",
        DefaultValueFactory = _ => Path.Combine("..", "shared", "data", "goodbooks"),
    };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Rounds of each that count.", DefaultValueFactory = _ => 5 };

    internal static Command Create()
    {
        var command = new Command("import", "Import of books against a raw COPY of the same rows.") { Folder, Rounds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var folder = BooksOnly(arguments.GetRequiredValue(Folder));
        await using var stack = await BenchStack.StartAsync(arguments, cancellationToken);
        var database = await stack.CreateDatabaseAsync("platform_bench_import", fresh: true, cancellationToken);

        // What the raw COPY sends: the rows that an import has made, as the server itself writes them.
        var books = await ImportAsync();
        var rows = new Dictionary<string, byte[]>();
        foreach (var table in Tables)
        {
            rows[table] = await CopyOutAsync(table);
        }

        var raw = new Measured("raw COPY of the same rows", "books/s");
        var import = new Measured("import goodbooks, books.csv", "books/s");
        var ratio = await Measured.AgainstAsync(arguments.GetValue(Rounds), (raw, CopyInAsync), (import, async () =>
        {
            await EmptyAsync();
            return Rate(await ImportAsync());
        }));

        await Console.Out.WriteLineAsync($"{raw}\n{import}");
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"import / raw COPY = {ratio:P0}, goal at least {Goal:P0}: {(ratio >= Goal ? "reached" : "MISSED")}"));
        return ratio >= Goal ? 0 : 1;

        async Task<ImportedFile> ImportAsync()
        {
            using var report = new ImportReport(Path.Combine(folder.Path, "report.txt"));
            var files = await new GoodbooksImport(database.App, TimeProvider.System).RunAsync(folder.Path, report, _ => { }, cancellationToken);
            return files.Single(file => file.Name == "books.csv");
        }

        static double Rate(ImportedFile file) => file.Counts.Added / file.Elapsed.TotalSeconds;

        async Task<byte[]> CopyOutAsync(string table)
        {
            await using var connection = await OpenAsync();
            await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY (SELECT {await ColumnsAsync(connection, table)} FROM catalog.{table} ORDER BY ctid) TO STDOUT (FORMAT BINARY)", cancellationToken);
            using var bytes = new MemoryStream();
            await copy.CopyToAsync(bytes, cancellationToken);
            return bytes.ToArray();
        }

        async Task<double> CopyInAsync()
        {
            await EmptyAsync();
            await using var connection = await OpenAsync(database.App);
            var watch = Stopwatch.StartNew();
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            foreach (var table in Tables)
            {
                await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY catalog.{table} ({await ColumnsAsync(connection, table)}) FROM STDIN (FORMAT BINARY)", cancellationToken);
                await copy.WriteAsync(rows[table], cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return books.Counts.Added / watch.Elapsed.TotalSeconds;
        }

        // Categories stay: they are the same few rows in both.
        async Task EmptyAsync()
        {
            await using var connection = await OpenAsync();
            // As a replica, since the ledger of stock, which the books' products lead to, refuses to be emptied.
            await using var empty = new NpgsqlCommand("""
                SET session_replication_role = replica;
                TRUNCATE catalog.books, catalog.authors, catalog.book_search, catalog.search_words, identity.users CASCADE;
                RESET session_replication_role;
                CHECKPOINT
                """, connection) { CommandTimeout = 0 };
            await empty.ExecuteNonQueryAsync(cancellationToken);
        }

        async Task<NpgsqlConnection> OpenAsync(string? connectionString = null)
        {
            var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString ?? database.Admin) { CommandTimeout = 0 }.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
    }

    // The data set without its ratings, which are not what is measured.
    private static TemporaryFolder BooksOnly(string dataSet)
    {
        var folder = new TemporaryFolder(Directory.CreateTempSubdirectory("platform-bench-").FullName);
        foreach (var file in new[] { "books.csv", "genres.csv" })
        {
            File.Copy(Path.Combine(dataSet, file), Path.Combine(folder.Path, file));
        }

        File.WriteAllText(Path.Combine(folder.Path, "ratings.csv"), "user_id,book_id,rating\n");
        return folder;
    }

    private sealed record TemporaryFolder(string Path) : IDisposable
    {
        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    private static async Task<string> ColumnsAsync(NpgsqlConnection connection, string table)
    {
        await using var command = new NpgsqlCommand("""
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = ('catalog.' || $1)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            """, connection) { Parameters = { new() { Value = table } } };
        return (string)(await command.ExecuteScalarAsync())!;
    }
}

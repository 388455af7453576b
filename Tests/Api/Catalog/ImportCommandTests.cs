using System.Diagnostics;
using Npgsql;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog;

/// <summary>The import as people run it: a process of its own.</summary>
public sealed class ImportCommandTests(Stack stack) : IAsyncLifetime
{
    // Everything an import writes, by what people know it by and not by key.
    private const string State = """
        SELECT md5(string_agg(x, E'\n' ORDER BY x)) FROM (
            SELECT concat_ws('|', i.value, b.title, b.series_name, b.series_number, b.original_title, b.language, b.published_year, b.cover_url, b.average_rating, b.ratings_count,
                   (SELECT string_agg(a.name, ';' ORDER BY l.position) FROM catalog.book_authors l JOIN catalog.authors a ON a.id = l.author_id WHERE l.book_id = b.id),
                   (SELECT string_agg(c.slug || g.weight, ';' ORDER BY c.slug) FROM catalog.book_categories g JOIN catalog.categories c ON c.id = g.category_id WHERE g.book_id = b.id),
                   (SELECT string_agg(u.user_name || r.rating, ';' ORDER BY u.user_name) FROM store.reviews r JOIN identity.users u ON u.id = r.user_id WHERE r.book_id = b.id)) AS x
            FROM catalog.books b LEFT JOIN catalog.book_identifiers i ON i.book_id = b.id AND i.scheme = 'goodbooks'
            UNION ALL SELECT 'author ' || name FROM catalog.authors
            UNION ALL SELECT 'user ' || user_name FROM identity.users) rows
        """;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await stack.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("catalog.book_categories")] // within the batch of books, of which nothing is committed
    [InlineData("store.reviews")]           // books are committed, ratings are not
    public async Task An_import_killed_on_the_way_is_finished_by_the_next(string lockedTable)
    {
        using var folder = ImportFolder.Of(books: 200);
        await using var undisturbed = await stack.CreateDatabaseAsync();
        Assert.Equal(0, (await RunAsync(undisturbed, folder)).ExitCode);
        await using var gate = new NpgsqlConnection(_database.Admin);
        await gate.OpenAsync(Ct);
        await using var held = await gate.BeginTransactionAsync(Ct);
#pragma warning disable CA2100 // one of the names above
        await using var hold = new NpgsqlCommand($"LOCK TABLE {lockedTable} IN SHARE MODE", gate, held);
#pragma warning restore CA2100
        await hold.ExecuteNonQueryAsync(Ct);

        using (var import = Start(_database, folder))
        {
            await Eventually.HoldsAsync(
                async () => await _database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0,
                "the import has reached the table");
            import.Kill();
            await import.WaitForExitAsync(Ct);
        }

        await held.RollbackAsync(Ct);
        var (exitCode, output, _) = await RunAsync(_database, folder);

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("Nothing changed", output, StringComparison.Ordinal);
        Assert.Equal(await undisturbed.ScalarAsync<string>(State), await _database.ScalarAsync<string>(State));
    }

    [Fact]
    public async Task A_second_run_says_that_nothing_changed()
    {
        using var folder = ImportFolder.Of(books: 10);
        await RunAsync(_database, folder);

        var (exitCode, output, _) = await RunAsync(_database, folder);

        Assert.Equal(0, exitCode);
        Assert.Contains("Nothing changed: the catalogue already holds all of it.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_rows_make_the_exit_code_2_only_when_strict_and_are_imported_around_both_times()
    {
        using var folder = ImportFolder.Of(books: 3);
        folder.Write("ratings.csv", "user_id,book_id,rating", "1,1,5", "1,2,9", "1,3,5");

        var lenient = await RunAsync(_database, folder);
        var report = await File.ReadAllTextAsync(folder.Report, Ct);
        var strict = await RunAsync(_database, folder, "--strict");

        Assert.Equal(0, lenient.ExitCode);
        Assert.Equal(2, strict.ExitCode);
        Assert.Contains($"1 rows rejected, 0 fields left empty; each is named in {folder.Report}", strict.Output, StringComparison.Ordinal);
        Assert.Equal($"ratings.csv:3: rating '9' is not a whole number from 1 to 5{Environment.NewLine}", report);
        Assert.Equal(2, await _database.ScalarAsync<long>("SELECT count(*) FROM store.reviews"));
    }

    [Fact]
    public async Task Two_imports_at_once_are_one_and_a_sentence()
    {
        using var folder = ImportFolder.Of(books: 3);
        await using var first = new NpgsqlConnection(_database.App);
        await first.OpenAsync(Ct);
        await using var hold = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext('platform import'))", first);
        await hold.ExecuteNonQueryAsync(Ct);

        var (exitCode, _, error) = await RunAsync(_database, folder);

        Assert.Equal(1, exitCode);
        Assert.Equal("import: Another import is at work on this database; start again when it has ended.", error.Trim());
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.books"));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_and_an_unknown_option_are_each_a_sentence()
    {
        using var folder = ImportFolder.Of(books: 1);

        var unknown = await RunAsync(_database, folder, "--stric");
        Directory.Delete(folder.Path, recursive: true);
        var missing = await RunAsync(_database, folder);
        Directory.CreateDirectory(folder.Path);

        Assert.Equal((1, "import: '--stric' is no option of import goodbooks; see --help."), (unknown.ExitCode, unknown.Error.Trim()));
        Assert.Equal((1, $"import: There is no folder {folder.Path}."), (missing.ExitCode, missing.Error.Trim()));
    }

    [Fact]
    public async Task A_database_without_tables_is_a_sentence()
    {
        using var folder = ImportFolder.Of(books: 1);
        await using var empty = await stack.CreateEmptyDatabaseAsync();

        var (exitCode, _, error) = await RunAsync(empty, folder);

        Assert.Equal(1, exitCode);
        Assert.EndsWith("run migrate first.", error.Trim(), StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(TestDatabase database, ImportFolder folder, params string[] options)
    {
        using var import = Start(database, folder, options);
        var output = import.StandardOutput.ReadToEndAsync(Ct);
        var error = import.StandardError.ReadToEndAsync(Ct);
        await import.WaitForExitAsync(Ct).WaitAsync(TimeSpan.FromSeconds(60), Ct);
        return (import.ExitCode, await output, await error);
    }

    private static Process Start(TestDatabase database, ImportFolder folder, params string[] options)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Platform.Api.dll"), "import", "goodbooks", folder.Path, "--report", folder.Report, .. options];
        return Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ConnectionStrings__platform"] = database.App },
        })!;
    }
}

using System.Globalization;
using System.Text;
using Npgsql;
using Platform.Api.Catalog.Import;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog;

public sealed class ImportTests(Stack stack) : IAsyncLifetime
{
    // Every row of every table that an import writes, with its version.
    private const string Versions = """
        SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (
            SELECT 'b' || id || xmin AS x FROM catalog.books UNION ALL SELECT 'a' || id || xmin FROM catalog.authors
            UNION ALL SELECT 'l' || book_id || author_id || xmin FROM catalog.book_authors
            UNION ALL SELECT 'i' || book_id || scheme || xmin FROM catalog.book_identifiers
            UNION ALL SELECT 'c' || id || xmin FROM catalog.categories UNION ALL SELECT 'g' || book_id || category_id || xmin FROM catalog.book_categories
            UNION ALL SELECT 'u' || id || xmin FROM identity.users UNION ALL SELECT 'r' || id || xmin FROM store.reviews
            UNION ALL SELECT 's' || book_id || xmin FROM catalog.book_search) v
        """;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await stack.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_book_is_stored_with_all_that_the_files_say_of_it()
    {
        using var folder = ImportFolder.Sound();

        var (_, problems) = await ImportAsync(folder);

        Assert.Empty(problems);
        Assert.Equal("The Hunger Games|The Hunger Games|The Hunger Games|1.00|en|2008|https://images.example/1.jpg|4.34|4780653", await BookAsync(1));
        Assert.Equal("The Iliad|Ἰλιάς|||en-US|-750||3.83|241088", await BookAsync(2));
        Assert.Equal("""The "Other" Book|The "Other" Book|||||||0""", await BookAsync(3));
        Assert.Equal("Homer;Robert Fagles;Bernard Knox", await _database.ScalarAsync<string>("""
            SELECT string_agg(a.name, ';' ORDER BY l.position) FROM catalog.book_identifiers i
            JOIN catalog.book_authors l USING (book_id) JOIN catalog.authors a ON a.id = l.author_id WHERE i.scheme = 'goodbooks' AND i.value = '2'
            """));
        Assert.Equal("goodbooks 1,goodbooks 2,goodbooks 3,isbn10 0439023483,isbn10 080442957X,isbn13 9780439023481,isbn13 9780804429573",
            await _database.ScalarAsync<string>("SELECT string_agg(scheme || ' ' || value, ',' ORDER BY scheme, value) FROM catalog.book_identifiers"));
        Assert.Equal("1 science-fiction 0.75,2 poetry 1,2 science-fiction 0.25", await _database.ScalarAsync<string>("""
            SELECT string_agg(concat_ws(' ', i.value, c.slug, g.weight), ',' ORDER BY i.value, c.slug) FROM catalog.book_identifiers i
            JOIN catalog.book_categories g USING (book_id) JOIN catalog.categories c ON c.id = g.category_id WHERE i.scheme = 'goodbooks'
            """));
        Assert.Equal("fiction", await _database.ScalarAsync<string>("SELECT p.slug FROM catalog.categories c JOIN catalog.categories p ON p.id = c.parent_id WHERE c.slug = 'science-fiction'"));
        Assert.Equal("goodbooks-7 1 5,goodbooks-7 2 4,goodbooks-8 1 3", await _database.ScalarAsync<string>("""
            SELECT string_agg(concat_ws(' ', u.user_name, i.value, r.rating), ',' ORDER BY u.user_name, i.value) FROM store.reviews r
            JOIN identity.users u ON u.id = r.user_id JOIN catalog.book_identifiers i ON i.book_id = r.book_id AND i.scheme = 'goodbooks'
            """));
    }

    [Fact]
    public async Task The_same_author_is_stored_once()
    {
        using var folder = ImportFolder.Sound();

        await ImportAsync(folder);

        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.authors WHERE name = 'Homer'"));
    }

    [Fact]
    public async Task A_byte_order_mark_and_line_ends_of_Windows_make_no_difference()
    {
        using var folder = ImportFolder.Sound();
        foreach (var name in new[] { "books.csv", "genres.csv", "ratings.csv" })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(folder.Path, name), Ct);
            folder.WriteText(name, text.Replace("\n", "\r\n", StringComparison.Ordinal), byteOrderMark: true);
        }

        var (files, problems) = await ImportAsync(folder);

        Assert.Empty(problems);
        Assert.Equal([2 + 1, 3, 3], files.Select(file => file.Counts.Added)); // "fiction" is made as the parent of a genre
        Assert.Equal("The Iliad|Ἰλιάς|||en-US|-750||3.83|241088", await BookAsync(2));
    }

    [Fact]
    public async Task Columns_may_stand_in_any_order_among_others()
    {
        using var folder = ImportFolder.Sound();
        folder.Write("books.csv", "work_id,title,book_id,isbn,authors,original_publication_year,original_title,language_code,average_rating,ratings_count,image_url", "99,Emma,1,,Jane Austen,1815,Emma,eng,4.0,7,");

        await ImportAsync(folder);

        Assert.Equal("Emma|Emma|||en|1815||4.00|7", await BookAsync(1));
    }

    [Fact]
    public async Task A_second_run_changes_no_row()
    {
        using var folder = ImportFolder.Sound();
        await ImportAsync(folder);
        var before = await _database.ScalarAsync<string>(Versions);

        var (files, _) = await ImportAsync(folder);

        Assert.All(files, file => Assert.Equal(0, file.Counts.Added + file.Counts.Changed));
        Assert.Equal(before, await _database.ScalarAsync<string>(Versions));
    }

    [Fact]
    public async Task A_row_that_differs_is_brought_up_to_date_and_no_other()
    {
        using var folder = ImportFolder.Sound();
        await ImportAsync(folder);
        var other = await _database.ScalarAsync<string>("SELECT xmin::text FROM catalog.books WHERE title = 'The Iliad'");
        folder.Write("books.csv", ImportFolder.BookColumns,
            """1,439023483,"Suzanne Collins, Somebody Else",2009,The Hunger Games,"The Hunger Games, Revised",eng,4.50,5000000,https://images.example/1.jpg""",
            """2,,"Homer, Robert Fagles,  Bernard  Knox",-750.0,Ἰλιάς,The Iliad,en-US,3.83,241088,https://s.example/nophoto/111x148.png""",
            """3,080442957x,Homer,,"The ""Other"" Book","The ""Other"" Book",,,0,""");
        folder.Write("genres.csv", "poetry,science-fiction", "0.5,0", "1.0,0.25", "0,0");
        folder.Write("ratings.csv", "user_id,book_id,rating", "7,1,1", "7,2,4", "8,1,3");

        var (files, _) = await ImportAsync(folder);

        Assert.Equal([new(0, 0, 2, 0), new(0, 1, 2, 0), new(0, 1, 2, 0)], files.Select(file => file.Counts));
        Assert.Equal("The Hunger Games, Revised|The Hunger Games|||en|2009|https://images.example/1.jpg|4.50|5000000", await BookAsync(1));
        Assert.Equal(other, await _database.ScalarAsync<string>("SELECT xmin::text FROM catalog.books WHERE title = 'The Iliad'"));
        Assert.Equal("Suzanne Collins;Somebody Else|poetry 0.5", await _database.ScalarAsync<string>("""
            SELECT (SELECT string_agg(a.name, ';' ORDER BY l.position) FROM catalog.book_authors l JOIN catalog.authors a ON a.id = l.author_id WHERE l.book_id = i.book_id)
                || '|' || (SELECT string_agg(c.slug || ' ' || g.weight, ',') FROM catalog.book_categories g JOIN catalog.categories c ON c.id = g.category_id WHERE g.book_id = i.book_id)
            FROM catalog.book_identifiers i WHERE i.scheme = 'goodbooks' AND i.value = '1'
            """));
    }

    [Fact]
    public async Task What_people_have_added_to_a_book_stays()
    {
        using var folder = ImportFolder.Sound();
        await ImportAsync(folder);
        await _database.ExecuteAsync("UPDATE catalog.books SET description = 'Ours', publisher = 'Us' WHERE title = 'The Iliad'");

        await ImportAsync(folder);

        Assert.Equal("Ours", await _database.ScalarAsync<string>("SELECT description FROM catalog.books WHERE title = 'The Iliad'"));
    }

    [Fact]
    public async Task A_book_that_the_catalogue_has_already_is_not_stored_twice()
    {
        using var folder = ImportFolder.Sound();
        await _database.ExecuteAsync("""
            WITH b AS (INSERT INTO catalog.books (id, title, description, created_at, updated_at) VALUES (gen_random_uuid(), 'Iliad; or, The Wrath of Achilles', 'Ours', now(), now()) RETURNING id),
                 a AS (INSERT INTO catalog.authors (id, name, created_at, updated_at) VALUES (gen_random_uuid(), 'Homer', now(), now()) RETURNING id)
            INSERT INTO catalog.book_authors SELECT b.id, a.id, 0 FROM a, b
            """);
        await _database.ExecuteAsync("""
            WITH b AS (INSERT INTO catalog.books (id, title, created_at, updated_at) VALUES (gen_random_uuid(), 'A title of its own', now(), now()) RETURNING id)
            INSERT INTO catalog.book_identifiers SELECT id, 'isbn13', '9780439023481' FROM b
            """);

        var (files, problems) = await ImportAsync(folder);

        Assert.Empty(problems);
        Assert.Equal(new(1, 2, 0, 0), files[1].Counts);
        Assert.Equal(3, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.books"));
        Assert.Equal("Ours", await _database.ScalarAsync<string>("SELECT description FROM catalog.books WHERE title = 'The Iliad'"));
        Assert.Equal("The Hunger Games", await _database.ScalarAsync<string>("SELECT title FROM catalog.books b JOIN catalog.book_identifiers i ON i.book_id = b.id WHERE i.value = '9780439023481'"));
    }

    [Fact]
    public async Task A_book_that_was_deleted_here_stays_deleted()
    {
        using var folder = ImportFolder.Sound();
        await ImportAsync(folder);
        await _database.ExecuteAsync("UPDATE catalog.book_identifiers SET released_at = now() WHERE book_id = (SELECT id FROM catalog.books WHERE title = 'The Iliad')");
        await _database.ExecuteAsync("UPDATE catalog.books SET deleted_at = now() WHERE title = 'The Iliad'");

        var (files, problems) = await ImportAsync(folder);

        Assert.Empty(problems);
        Assert.Equal([new(0, 0, 2, 1), new(0, 0, 2, 1)], files.Skip(1).Select(file => file.Counts));
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.books WHERE title = 'The Iliad'"));
    }

    [Theory]
    [InlineData("x,,Author,,,Title,eng,4,1,", "book_id 'x' is not a number from 1")]
    [InlineData("0,,Author,,,Title,eng,4,1,", "book_id '0' is not a number from 1")]
    [InlineData("1,,Author,,,Again,eng,4,1,", "book_id 1 stands in an earlier row")]
    [InlineData("9,,Author,,,  ,eng,4,1,", "the title is empty")]
    [InlineData("9,,Author,19.5,,Title,eng,4,1,", "original_publication_year '19.5' is not a whole number from -10000 to 9999")]
    [InlineData("9,,Author,,,Title,eng,5.01,1,", "average_rating '5.01' is not a number from 0 to 5")]
    [InlineData("9,,Author,,,Title,eng,4,-1,", "ratings_count '-1' is not a whole number from 0")]
    [InlineData("9,,Author,,,Title,eng,4,1", "it has 9 fields instead of 10")]
    [InlineData("9,,Author,,,Ti\"tle,eng,4,1,", "a quote stands where none may or is not closed")]
    [InlineData("9,,Author,,,Ti\0tle,eng,4,1,", "its text contains a NUL character")]
    public async Task A_bad_book_is_rejected_with_file_and_line_and_the_rest_is_imported(string row, string problem)
    {
        using var folder = ImportFolder.Sound();
        folder.Write("books.csv", ImportFolder.BookColumns, "1,,A,,,\"First,\ntwo lines\",eng,4,1,", "", row, "3,,B,,,Last,eng,4,1,");

        var (files, problems) = await ImportAsync(folder);

        Assert.Equal([$"books.csv:5: {problem}"], problems.Where(line => line.StartsWith("books", StringComparison.Ordinal)));
        Assert.Equal(2, files[1].Counts.Added);
    }

    [Fact]
    public async Task Text_that_is_not_UTF_8_is_rejected()
    {
        using var folder = ImportFolder.Sound();
        folder.WriteBytes("books.csv", Encoding.Latin1.GetBytes($"{ImportFolder.BookColumns}\n1,,Emily Brontë,,,Wuthering Heights,eng,4,1,\n"));

        var (_, problems) = await ImportAsync(folder);

        Assert.Contains("books.csv:2: its text is not UTF-8", problems);
    }

    [Theory]
    [InlineData("1,439023484,A,,,Title,eng,4,1,", "isbn '439023484' of book 1: it has a wrong check digit or is no ISBN")]
    [InlineData("1,,A,,,Title,english,4,1,", "language_code 'english' of book 1 is no language")]
    [InlineData("1,,A,,,Title,eng,4,1,javascript:alert(1)", "image_url of book 1 is no web address")]
    public async Task A_bad_field_is_left_empty_and_reported(string row, string problem)
    {
        using var folder = ImportFolder.Sound();
        folder.Write("books.csv", ImportFolder.BookColumns, row, "2,,B,,,Two,eng,4,1,");

        var (files, problems) = await ImportAsync(folder);

        Assert.Equal([$"books.csv:2: {problem}"], problems);
        Assert.Equal(2, files[1].Counts.Added);
    }

    [Fact]
    public async Task An_ISBN_of_another_book_is_left_out_and_reported()
    {
        using var folder = ImportFolder.Sound();
        folder.Write("books.csv", ImportFolder.BookColumns, "1,439023483,A,,,One,eng,4,1,", "2,439023483,B,,,Two,eng,4,1,");

        var (files, problems) = await ImportAsync(folder);

        Assert.Equal(["books.csv:3: isbn13 9780439023481 of book 2 belongs to another book already", "books.csv:3: isbn10 0439023483 of book 2 belongs to another book already"], problems);
        Assert.Equal(2, files[1].Counts.Added);
    }

    [Theory]
    [InlineData("7,1,6", "rating '6' is not a whole number from 1 to 5")]
    [InlineData("7,1,4.5", "rating '4.5' is not a whole number from 1 to 5")]
    [InlineData("-7,1,5", "user_id '-7' is not a whole number from 1 to 999999999")]
    [InlineData("7,99,5", "there is no book 99")]
    [InlineData("8,1,4", "reader 8 rates book 1 in an earlier row")]
    [InlineData("7,1", "it has 2 fields instead of 3")]
    public async Task A_bad_rating_is_rejected(string row, string problem)
    {
        using var folder = ImportFolder.Sound();
        folder.Write("ratings.csv", "user_id,book_id,rating", "8,1,3", row, "9,1,3");

        var (files, problems) = await ImportAsync(folder);

        Assert.Equal([$"ratings.csv:3: {problem}"], problems);
        Assert.Equal(2, files[2].Counts.Added);
    }

    [Theory]
    [InlineData("0.5,x", "the weight 'x' of science-fiction is not a number from 0")]
    [InlineData("0.5,-1", "the weight '-1' of science-fiction is not a number from 0")]
    [InlineData("0.5", "it has 1 fields instead of 2")]
    [InlineData("", "it has 1 fields instead of 2")]
    public async Task A_bad_row_of_genres_is_rejected_and_the_next_still_belongs_to_the_next_book(string row, string problem)
    {
        using var folder = ImportFolder.Sound();
        folder.Write("genres.csv", "poetry,science-fiction", row, "1.0,0", "0,0");

        var (_, problems) = await ImportAsync(folder);

        Assert.Equal([$"genres.csv:2: {problem}"], problems);
        Assert.Equal("2", await _database.ScalarAsync<string>("SELECT i.value FROM catalog.book_categories g JOIN catalog.book_identifiers i ON i.book_id = g.book_id AND i.scheme = 'goodbooks'"));
    }

    [Fact]
    public async Task A_quote_that_nobody_closes_stops_the_import_with_its_line()
    {
        using var folder = ImportFolder.Sound();
        folder.Write("books.csv", ImportFolder.BookColumns, "1,,A,,,One,eng,4,1,", "2,,B,,,\"Two,eng,4,1,", new string('x', 200_000));

        var error = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(folder));

        Assert.StartsWith("books.csv line 3: the row is longer than 65,536 bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("books.csv", null, "books.csv is missing from")]
    [InlineData("ratings.csv", null, "ratings.csv is missing from")]
    [InlineData("genres.csv", "", "genres.csv is empty")]
    [InlineData("ratings.csv", "user_id,book_id\n", "ratings.csv has no column 'rating'")]
    [InlineData("genres.csv", "Science Fiction\n", "genres.csv has a column 'Science Fiction'")]
    [InlineData("genres.csv", "poetry,poetry\n", "genres.csv names a genre twice")]
    public async Task A_missing_file_or_column_is_said_in_one_sentence_before_anything_is_written(string name, string? text, string message)
    {
        using var folder = ImportFolder.Sound();
        File.Delete(Path.Combine(folder.Path, name));
        if (text is not null)
        {
            folder.WriteText(name, text);
        }

        var error = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(folder));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.categories"));
    }

    [Fact]
    public async Task A_book_that_is_deleted_while_it_is_compared_is_neither_changed_nor_made_again()
    {
        using var folder = ImportFolder.Sound();
        await ImportAsync(folder);
        folder.Write("books.csv", ImportFolder.BookColumns, "2,,Homer,-762,Ἰλιάς,The Iliad,en-US,3.83,241088,");
        folder.Write("ratings.csv", "user_id,book_id,rating");
        await using var writer = new NpgsqlConnection(_database.Admin);
        await writer.OpenAsync(Ct);
        await using var edit = await writer.BeginTransactionAsync(Ct);
        await using var delete = new NpgsqlCommand("""
            UPDATE catalog.books SET deleted_at = now() WHERE title = 'The Iliad';
            UPDATE catalog.book_identifiers i SET released_at = now() FROM catalog.books b WHERE b.id = i.book_id AND b.title = 'The Iliad'
            """, writer, edit);
        await delete.ExecuteNonQueryAsync(Ct);

        var import = Task.Run(() => ImportAsync(folder), Ct);
        await WaitingForLockAsync();
        await edit.CommitAsync(Ct);
        var (files, _) = await import;

        Assert.Equal(new(0, 0, 0, Withdrawn: 1), files[1].Counts);
        Assert.Equal(-750, await _database.ScalarAsync<int>("SELECT published_year FROM catalog.books WHERE title = 'The Iliad'"));
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.books WHERE title = 'The Iliad'"));
    }

    [Fact]
    public async Task A_link_is_not_made_to_an_author_who_is_deleted_meanwhile()
    {
        using var folder = ImportFolder.Sound();
        var author = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        await _database.ExecuteAsync("INSERT INTO catalog.authors (id, name, created_at, updated_at) VALUES ($1, 'Homer', now(), now())", author);
        await using var writer = new NpgsqlConnection(_database.Admin);
        await writer.OpenAsync(Ct);
        await using var edit = await writer.BeginTransactionAsync(Ct);
        await using var delete = new NpgsqlCommand("UPDATE catalog.authors SET deleted_at = now()", writer, edit);
        await delete.ExecuteNonQueryAsync(Ct);

        var import = Task.Run(() => ImportAsync(folder), Ct);
        await WaitingForLockAsync();
        await edit.CommitAsync(Ct);
        await import;

        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_authors WHERE author_id = $1", author));
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.authors WHERE name = 'Homer' AND deleted_at IS NULL"));
    }

    [Fact]
    public async Task The_real_data_set_is_imported_whole_and_a_second_run_changes_nothing()
    {
        var folder = Repository.SharedData("goodbooks");

        var (first, problems) = await ImportAsync(folder);
        var before = await _database.ScalarAsync<string>(Versions);
        var (second, _) = await ImportAsync(folder);

        Assert.Equal([10_000, 238_569], first.Skip(1).Select(file => file.Counts.Added));
        Assert.Equal(23, problems.Length);
        Assert.All(problems, problem => Assert.Contains("isbn", problem, StringComparison.Ordinal));
        Assert.All(second, file => Assert.Equal(0, file.Counts.Added + file.Counts.Changed));
        Assert.Equal(before, await _database.ScalarAsync<string>(Versions));
        Assert.Equal(2672, await _database.ScalarAsync<long>("SELECT count(*) FROM identity.users WHERE user_name LIKE 'goodbooks-%'"));
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.books WHERE language NOT SIMILAR TO '[a-z]{2,3}(-[A-Z]{2})?'"));
        Assert.Equal(-1750, await _database.ScalarAsync<int>("SELECT min(published_year) FROM catalog.books"));
        Assert.Equal("The Fellowship of the Ring|The Lord of the Rings|1.00", await _database.ScalarAsync<string>("""
            SELECT concat_ws('|', title, series_name, series_number) FROM catalog.books WHERE title = 'The Fellowship of the Ring' ORDER BY ratings_count DESC LIMIT 1
            """));
    }

    private async Task<(IReadOnlyList<ImportedFile> Files, string[] Problems)> ImportAsync(ImportFolder folder)
    {
        return await ImportAsync(folder.Path, folder.Report);
    }

    private async Task<(IReadOnlyList<ImportedFile> Files, string[] Problems)> ImportAsync(string folder, string? reportPath = null)
    {
        reportPath ??= Path.Combine(Path.GetTempPath(), $"platform-import-{_database.Name}.txt");
        IReadOnlyList<ImportedFile> files;
        using (var report = new ImportReport(reportPath))
        {
            files = await new GoodbooksImport(_database.App, TimeProvider.System).RunAsync(folder, report, _ => { }, Ct);
        }

        var problems = File.Exists(reportPath) ? await File.ReadAllLinesAsync(reportPath, Ct) : [];
        File.Delete(reportPath);
        return (files, problems);
    }

    private Task<string?> BookAsync(int number) => _database.ScalarAsync<string>("""
        SELECT concat(title, '|', original_title, '|', series_name, '|', series_number, '|', language, '|', published_year, '|', cover_url, '|', average_rating, '|', ratings_count)
        FROM catalog.books b JOIN catalog.book_identifiers i ON i.book_id = b.id WHERE i.scheme = 'goodbooks' AND i.value = $1
        """, number.ToString(CultureInfo.InvariantCulture));

    private Task WaitingForLockAsync() => Eventually.HoldsAsync(
        async () => await _database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0,
        "the import waits for the other writer");
}

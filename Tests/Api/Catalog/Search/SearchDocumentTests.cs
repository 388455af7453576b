using Npgsql;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog.Search;

/// <summary>A book's search document follows what it is made of, whoever changes that and however many at once.</summary>
public sealed class SearchDocumentTests(Stack stack) : IAsyncLifetime
{
    // Documents that are missing, left over or not what their source says.
    private const string Stale = """
        SELECT count(*) FROM catalog.book_search_source s FULL JOIN catalog.book_search d USING (book_id)
        WHERE (s.title COLLATE "C", s.names, s.document, s.language, s.published_year, s.popularity)
          IS DISTINCT FROM (d.title COLLATE "C", d.names, d.document, d.language, d.published_year, d.popularity)
        """;

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await stack.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Every_change_of_a_part_reaches_the_document()
    {
        var (book, author, category) = (await AddBookAsync("Emma"), await AddAuthorAsync("Jane"), Guid.CreateVersion7());
        string[] changes =
        [
            $"INSERT INTO catalog.book_authors (book_id, author_id, position) VALUES ('{book}', '{author}', 0)",
            $"UPDATE catalog.authors SET name = 'Jane Austen' WHERE id = '{author}'",
            $"UPDATE catalog.books SET title = 'Emma Woodhouse', ratings_count = 5000, language = 'en-GB', published_year = 1815 WHERE id = '{book}'",
            $"INSERT INTO catalog.categories (id, name, slug, created_at, updated_at) VALUES ('{category}', 'Comedy', 'comedy', now(), now())",
            $"INSERT INTO catalog.book_categories (book_id, category_id) VALUES ('{book}', '{category}')",
            $"UPDATE catalog.categories SET name = 'Satire' WHERE id = '{category}'",
            $"INSERT INTO catalog.book_translations (book_id, language, title) VALUES ('{book}', 'de', 'Emma auf Deutsch')",
            $"UPDATE catalog.book_translations SET title = 'Emma, neu' WHERE book_id = '{book}'",
            $"DELETE FROM catalog.book_translations WHERE book_id = '{book}'",
            $"DELETE FROM catalog.book_categories WHERE book_id = '{book}'",
            $"DELETE FROM catalog.book_authors WHERE book_id = '{book}'",
            $"UPDATE catalog.books SET deleted_at = now() WHERE id = '{book}'",
            $"UPDATE catalog.books SET deleted_at = NULL WHERE id = '{book}'",
            $"DELETE FROM catalog.books WHERE id = '{book}'",
        ];

        foreach (var change in changes)
        {
            await AsAppAsync(change);

            Assert.True(await _database.ScalarAsync<long>(Stale) == 0, $"stale after: {change}");
        }
    }

    [Fact]
    public async Task A_rename_and_a_retitling_at_once_both_show()
    {
        var (book, author) = (await AddBookAsync("Emma"), await AddAuthorAsync("Jane"));
        await AsAppAsync($"INSERT INTO catalog.book_authors (book_id, author_id, position) VALUES ('{book}', '{author}', 0)");
        await using var first = await BeginAsync();
        await using var second = await BeginAsync();

        await first.RunAsync($"UPDATE catalog.books SET title = 'Persuasion' WHERE id = '{book}'");
        var rename = second.RunAsync($"UPDATE catalog.authors SET name = 'Austen' WHERE id = '{author}'");
        await WaitingAsync(second);
        await first.CommitAsync();
        await rename;
        await second.CommitAsync();

        Assert.Equal(0, await _database.ScalarAsync<long>(Stale));
    }

    [Fact]
    public async Task An_author_renamed_while_being_added_to_a_book_shows_by_the_new_name()
    {
        var (book, author) = (await AddBookAsync("Emma"), await AddAuthorAsync("Jane"));
        await using var adding = await BeginAsync();
        await using var renaming = await BeginAsync();

        // The rename cannot see the link yet, and the link's own refresh reads the old name.
        await adding.RunAsync($"INSERT INTO catalog.book_authors (book_id, author_id, position) VALUES ('{book}', '{author}', 0)");
        var rename = renaming.RunAsync($"UPDATE catalog.authors SET name = 'Austen' WHERE id = '{author}'");
        await WaitingAsync(renaming);
        await adding.CommitAsync();
        await rename;
        await renaming.CommitAsync();

        Assert.Equal(0, await _database.ScalarAsync<long>(Stale));
    }

    [Fact]
    public async Task Many_writers_leave_no_stale_document_and_never_deadlock()
    {
        var books = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => AddBookAsync($"Book {n}")));
        var authors = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => AddAuthorAsync($"Author {n}")));

        await Parallel.ForEachAsync(Enumerable.Range(0, 240), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) =>
        {
            var (book, author) = (books[n * 7 % books.Length], authors[n % authors.Length]);
            await AsAppAsync((n % 5) switch
            {
                0 => $"UPDATE catalog.books SET title = 'Title {n}' WHERE id = '{book}'",
                1 => $"UPDATE catalog.authors SET name = 'Name {n}' WHERE id = '{author}'",
                2 => $"INSERT INTO catalog.book_authors (book_id, author_id, position) VALUES ('{book}', '{author}', {n}) ON CONFLICT DO NOTHING",
                3 => $"DELETE FROM catalog.book_authors WHERE book_id = '{book}' AND author_id = '{author}'",
                _ => $"UPDATE catalog.books SET ratings_count = ratings_count + 1 WHERE id = '{book}'",
            });
        });

        Assert.Equal(0, await _database.ScalarAsync<long>(Stale));
    }

    [Fact]
    public async Task Two_transactions_with_the_same_new_words_in_opposite_order_do_not_wait_for_each_other()
    {
        await using var first = await BeginAsync();
        await using var second = await BeginAsync();

        await first.RunAsync(Insert("zyzzyva"));
        await second.RunAsync(Insert("quixotry"));
        await first.RunAsync(Insert("quixotry"));
        await second.RunAsync(Insert("zyzzyva"));
        await first.CommitAsync();
        await second.CommitAsync();

        Assert.Equal(2, await _database.ScalarAsync<long>("SELECT count(DISTINCT word) FROM catalog.search_words WHERE word IN ('zyzzyva', 'quixotry')"));
    }

    private static string Insert(string title) =>
        $"INSERT INTO catalog.books (id, title, created_at, updated_at) VALUES ('{Guid.CreateVersion7()}', '{title}', now(), now())";

    private async Task<Guid> AddBookAsync(string title)
    {
        var id = Guid.CreateVersion7();
        await AsAppAsync($"INSERT INTO catalog.books (id, title, created_at, updated_at) VALUES ('{id}', '{title}', now(), now())");
        return id;
    }

    private async Task<Guid> AddAuthorAsync(string name)
    {
        var id = Guid.CreateVersion7();
        await AsAppAsync($"INSERT INTO catalog.authors (id, name, created_at, updated_at) VALUES ('{id}', '{name}', now(), now())");
        return id;
    }

    private async Task AsAppAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(_database.App);
        await connection.OpenAsync();
#pragma warning disable CA2100 // written by this test
        await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    // Until the server says that the session waits for a lock: what the test is about has then happened.
    private Task WaitingAsync(Session session) => Eventually.HoldsAsync(
        async () => await _database.ScalarAsync<bool>("SELECT cardinality(pg_blocking_pids($1)) > 0", session.Pid), "the second transaction waits for the first");

    private async Task<Session> BeginAsync()
    {
        var connection = new NpgsqlConnection(_database.App);
        await connection.OpenAsync();
        return new Session(connection, await connection.BeginTransactionAsync());
    }

    private sealed class Session(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public int Pid => connection.ProcessID;

        public async Task RunAsync(string statement)
        {
#pragma warning disable CA2100 // written by this test
            await using var command = new NpgsqlCommand(statement, connection, transaction);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }

        public Task CommitAsync() => transaction.CommitAsync();

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}

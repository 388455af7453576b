using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Embeddings;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog.Embeddings;

public sealed class EmbeddingWorkerTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly TestDatabase _database = fixture.Database;

    // As a replica, since the ledger of stock, which the books' products lead to, refuses to be emptied.
    public async ValueTask InitializeAsync() => await _database.ExecuteAsync("""
        SET session_replication_role = replica;
        TRUNCATE catalog.books, catalog.authors, catalog.categories, catalog.book_embedding_queue CASCADE
        """);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_new_book_gets_a_vector_of_its_text()
    {
        await using var api = Start();

        var book = await AddBookAsync("Moby-Dick", "A captain hunts the white whale.");

        await EmbeddedAsync(book, "Moby-Dick\nA captain hunts the white whale.");
        Assert.Equal(LocalEmbedding.ModelId, await _database.ScalarAsync<string>("SELECT model FROM catalog.book_embeddings"));
        Assert.Equal(256, await _database.ScalarAsync<int>("SELECT vector_dims(embedding) FROM catalog.book_embeddings"));
    }

    [Fact]
    public async Task Whatever_changes_the_text_makes_a_new_vector()
    {
        await using var api = Start();
        var book = await AddBookAsync("Emma", null);
        var author = Guid.CreateVersion7();
        var category = Guid.CreateVersion7();

        await _database.ExecuteAsync("INSERT INTO catalog.authors (id, name, created_at, updated_at) VALUES ($1, 'Jane', now(), now())", author);
        await _database.ExecuteAsync("INSERT INTO catalog.categories (id, name, slug, created_at, updated_at) VALUES ($1, 'Novel', 'novel', now(), now())", category);
        await _database.ExecuteAsync("INSERT INTO catalog.book_authors (book_id, author_id, position) VALUES ($1, $2, 0)", book, author);
        await EmbeddedAsync(book, "Emma\nJane");
        await _database.ExecuteAsync("UPDATE catalog.authors SET name = 'Jane Austen' WHERE id = $1", author);
        await EmbeddedAsync(book, "Emma\nJane Austen");
        await _database.ExecuteAsync("INSERT INTO catalog.book_categories (book_id, category_id) VALUES ($1, $2)", book, category);
        await EmbeddedAsync(book, "Emma\nJane Austen\nNovel");
        await _database.ExecuteAsync("UPDATE catalog.categories SET name = 'Comedy' WHERE id = $1", category);
        await EmbeddedAsync(book, "Emma\nJane Austen\nComedy");
        await _database.ExecuteAsync("DELETE FROM catalog.book_authors WHERE book_id = $1", book);
        await _database.ExecuteAsync("UPDATE catalog.books SET subtitle = 'A Novel', series_name = 'Classics', description = 'Matchmaking.' WHERE id = $1", book);

        await EmbeddedAsync(book, "Emma: A Novel\nClassics\nComedy\nMatchmaking.");
    }

    [Fact]
    public async Task A_change_that_leaves_the_text_alone_makes_no_work()
    {
        var generator = new GatedGenerator();
        await using var api = Start(generator);
        var book = await AddBookAsync("Emma", null);
        await EmbeddedAsync(book, "Emma");

        await _database.ExecuteAsync("UPDATE catalog.books SET ratings_count = ratings_count + 1, updated_at = now()");
        var queued = await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_embedding_queue");
        await _database.ExecuteAsync("INSERT INTO catalog.book_embedding_queue (book_id) VALUES ($1)", book);
        await QueueEmptyAsync();

        Assert.Equal(0, queued);
        Assert.Equal(["Emma"], generator.Asked);
    }

    [Fact]
    public async Task A_deleted_book_loses_its_vector()
    {
        await using var api = Start();
        var book = await AddBookAsync("Emma", null);
        await EmbeddedAsync(book, "Emma");

        await _database.ExecuteAsync("UPDATE catalog.books SET deleted_at = now()");

        await Eventually.HoldsAsync(async () => await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_embeddings") == 0, "no vector");
    }

    [Fact]
    public async Task Vectors_of_another_model_and_missing_ones_are_made_at_the_start()
    {
        var stale = await AddBookAsync("Emma", null);
        var missing = await AddBookAsync("Persuasion", null);
        await _database.ExecuteAsync("INSERT INTO catalog.book_embeddings SELECT $1, 'older', sha256('Emma'), array_fill(1, ARRAY[256])::vector", stale);
        await _database.ExecuteAsync("DELETE FROM catalog.book_embedding_queue");

        await using var api = Start();

        await EmbeddedAsync(stale, "Emma");
        await EmbeddedAsync(missing, "Persuasion");
        await Eventually.HoldsAsync(
            async () => await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_embeddings WHERE model = 'older'") == 0, "the new model");
    }

    [Fact]
    public async Task A_change_during_embedding_waits_for_nothing_and_is_not_lost()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var generator = new GatedGenerator
        {
            Before = _ =>
            {
                entered.TrySetResult();
                return open.Task;
            },
        };
        await using var api = Start(generator);
        var book = await AddBookAsync("Emma", null);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        await _database.ExecuteAsync("SET lock_timeout = '5s'; UPDATE catalog.books SET title = 'Persuasion'");
        open.SetResult();

        await EmbeddedAsync(book, "Persuasion");
        Assert.Equal(["Emma", "Persuasion"], generator.Asked);
    }

    [Fact]
    public async Task A_batch_that_fails_is_done_again()
    {
        var failures = 2;
        var generator = new GatedGenerator
        {
            Before = _ => Interlocked.Decrement(ref failures) >= 0 ? throw new HttpRequestException("away") : Task.CompletedTask,
        };
        await using var api = Start(generator);

        var book = await AddBookAsync("Emma", null);

        await EmbeddedAsync(book, "Emma");
        Assert.Equal(3, generator.Asked.Count);
    }

    [Fact]
    public async Task A_batch_may_take_longer_than_a_request()
    {
        await _database.ExecuteAsync("""
            CREATE FUNCTION catalog.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2); RETURN NULL; END';
            CREATE TRIGGER slow AFTER INSERT ON catalog.book_embeddings FOR EACH STATEMENT EXECUTE FUNCTION catalog.slow();
            """);
        await using var api = Start();

        var book = await AddBookAsync("Emma", null);

        await EmbeddedAsync(book, "Emma");
        await _database.ExecuteAsync("DROP FUNCTION catalog.slow() CASCADE");
    }

    [Fact]
    public async Task Several_processes_share_the_work_and_do_none_of_it_twice()
    {
        const int Books = 1200;
        await _database.ExecuteAsync(
            "INSERT INTO catalog.books (id, title, created_at, updated_at) SELECT gen_random_uuid(), 'Book ' || n, now(), now() FROM generate_series(1, $1) n", Books);
        var generator = new GatedGenerator();

        await using var one = Start(generator);
        await using var two = Start(generator);
        await using var three = Start(generator);
        await Eventually.HoldsAsync(async () => await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_embeddings") == Books, "all vectors");
        await QueueEmptyAsync();

        Assert.Equal(Books, generator.Asked.Count);
    }

    private WebApplicationFactory<Program> Start(GatedGenerator? generator = null)
    {
        var api = ApiFixture.Host(_database);
        if (generator is not null)
        {
            api = api.WithWebHostBuilder(host => host.ConfigureTestServices(services =>
                services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(generator)));
        }
        _ = api.Services;
        return api;
    }

    private async Task<Guid> AddBookAsync(string title, string? description)
    {
        var id = Guid.CreateVersion7();
        await _database.ExecuteAsync(
            "INSERT INTO catalog.books (id, title, description, created_at, updated_at) VALUES ($1, $2, $3, now(), now())",
            id, title, (object?)description ?? DBNull.Value);
        return id;
    }

    private Task EmbeddedAsync(Guid book, string text) => Eventually.HoldsAsync(
        async () => (await _database.ScalarAsync<byte[]>("SELECT text_hash FROM catalog.book_embeddings WHERE book_id = $1", book))
            ?.AsSpan().SequenceEqual(SHA256.HashData(Encoding.UTF8.GetBytes(text))) == true,
        $"a vector of '{text}'");

    private Task QueueEmptyAsync() => Eventually.HoldsAsync(
        async () => await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_embedding_queue") == 0, "an empty queue");
}

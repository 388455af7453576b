using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog;

public sealed class BookWriteTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_book_comes_back_as_it_was_sent()
    {
        var author = await api.Admin.AddAuthorAsync("Herman Melville");
        var editor = await api.Admin.AddAuthorAsync("An Editor");
        var category = await api.Admin.AddCategoryAsync("whaling");

        var made = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new
        {
            title = " Moby-Dick ", subtitle = "or, The Whale", authorIds = new[] { editor, author }, categoryIds = new[] { category },
            language = "EN", publishedYear = 1851, publisher = "Harper", description = "A whale.", coverUrl = "https://example.org/c.jpg",
            identifiers = new { isbn10 = "0-14-243724-7", goodbooks = "2" }, translations = new[] { new { language = "de", title = "Der Wal" } },
        });

        Assert.Equal(HttpStatusCode.Created, made.Status);
        var id = made.Body!["id"]!.GetValue<Guid>();
        Assert.Equal($"/api/v1/books/{id}", made.Location);
        var expected = JsonNode.Parse($$"""
            { "id": "{{id}}", "title": "Moby-Dick", "subtitle": "or, The Whale",
              "authors": [ { "id": "{{editor}}", "name": "An Editor" }, { "id": "{{author}}", "name": "Herman Melville" } ],
              "categories": [ { "id": "{{category}}", "name": "whaling" } ],
              "language": "en", "publishedYear": 1851, "publisher": "Harper", "description": "A whale.",
              "identifiers": { "isbn10": "0142437247", "isbn13": "9780142437247", "goodbooks": "2" },
              "averageRating": null, "ratingsCount": 0, "coverUrl": "https://example.org/c.jpg",
              "translations": [ { "language": "de", "title": "Der Wal", "description": null } ] }
            """);
        foreach (var address in new[] { made.Location!, "/api/v1/books/isbn/0-14-243724-7", "/api/v1/books/isbn/9780142437247" })
        {
            var read = await api.Client.SendAsync(HttpMethod.Get, address);
            Assert.True(JsonNode.DeepEquals(expected, read.Body), read.Body!.ToJsonString());
            Assert.Equal(made.ETag, read.ETag);
        }
    }

    [Fact]
    public async Task A_reader_who_has_the_book_gets_304_until_any_part_of_it_changes()
    {
        var author = await api.Admin.AddAuthorAsync("George Eliot");
        var category = await api.Admin.AddCategoryAsync("novels");
        var id = await api.Admin.AddAsync("/api/v1/books", new { title = "Middlemarch", authorIds = new[] { author }, categoryIds = new[] { category } });
        var address = $"/api/v1/books/{id}";

        Func<Task>[] changes =
        [
            () => WriteAsync($"/api/v1/authors/{author}", new { name = "Mary Ann Evans" }),
            () => WriteAsync($"/api/v1/categories/{category}", new { name = "Great novels", slug = "novels" }),
            () => WriteAsync(address, new { title = "Middlemarch", authorIds = new[] { author }, categoryIds = new[] { category }, translations = new[] { new { language = "fr", title = "Middlemarch" } } }),
            () => WriteAsync(address, new { title = "Middlemarch", authorIds = new[] { author }, categoryIds = new[] { category }, identifiers = new { isbn13 = "9780804429573" } }),
            () => WriteAsync(address, new { title = "Middlemarch", categoryIds = new[] { category } }),
            () => WriteAsync(address, new { title = "Middlemarch" }),
        ];
        foreach (var change in changes)
        {
            var before = (await api.Client.SendAsync(HttpMethod.Get, address)).ETag!;
            Assert.Equal(HttpStatusCode.NotModified, (await api.Client.SendAsync(HttpMethod.Get, address, ifNoneMatch: before)).Status);

            await change();

            var after = await api.Client.SendAsync(HttpMethod.Get, address, ifNoneMatch: before);
            Assert.Equal(HttpStatusCode.OK, after.Status);
            Assert.NotEqual(before, after.ETag);
        }

        Task WriteAsync(string at, object body) => ReplaceAsync(at, body);
    }

    [Theory]
    [InlineData("books")]
    [InlineData("authors")]
    [InlineData("categories")]
    public async Task Writing_needs_the_etag_of_what_is_there_now(string kind)
    {
        var body = new Dictionary<string, object>(kind switch
        {
            "books" => [new("title", "Emma")],
            "authors" => [new("name", "Jane Austen")],
            _ => [new("name", "Satire"), new("slug", "satire")],
        });
        var address = (await api.Admin.SendAsync(HttpMethod.Post, $"/api/v1/{kind}", body)).Location!;
        var first = (await api.Client.SendAsync(HttpMethod.Get, address)).ETag!;

        (await api.Admin.SendAsync(HttpMethod.Put, address, body)).AssertProblem(HttpStatusCode.PreconditionRequired);
        (await api.Admin.SendAsync(HttpMethod.Delete, address)).AssertProblem(HttpStatusCode.PreconditionRequired);
        (await api.Admin.SendAsync(HttpMethod.Put, address, body, ifMatch: "\"other\"")).AssertProblem(HttpStatusCode.PreconditionFailed);
        (await api.Admin.SendAsync(HttpMethod.Put, address, body, ifMatch: "W/" + first)).AssertProblem(HttpStatusCode.PreconditionFailed);
        body[kind == "books" ? "title" : "name"] = "Changed";
        var changed = await api.Admin.SendAsync(HttpMethod.Put, address, body, ifMatch: first);
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        (await api.Admin.SendAsync(HttpMethod.Put, address, body, ifMatch: first)).AssertProblem(HttpStatusCode.PreconditionFailed);
        (await api.Admin.SendAsync(HttpMethod.Delete, address, ifMatch: first)).AssertProblem(HttpStatusCode.PreconditionFailed);
        Assert.Equal(HttpStatusCode.NoContent, (await api.Admin.SendAsync(HttpMethod.Delete, address, ifMatch: $"\"other\", {changed.ETag}")).Status);
        (await api.Client.SendAsync(HttpMethod.Get, address)).AssertProblem(HttpStatusCode.NotFound);
        (await api.Admin.SendAsync(HttpMethod.Delete, address, ifMatch: "*")).AssertProblem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_writers_with_one_etag_exactly_one_wins()
    {
        var made = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = "Persuasion" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => api.Admin.SendAsync(HttpMethod.Put, made.Location!, new
        {
            title = $"Persuasion {i}", translations = new[] { new { language = "de", title = $"Überredung {i}" } },
        }, ifMatch: made.ETag)));

        var winner = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != winner), a => a.AssertProblem(HttpStatusCode.PreconditionFailed));
        Assert.True(JsonNode.DeepEquals(winner.Body, await api.Client.ReadAsync(made.Location!)));
    }

    [Fact]
    public async Task An_isbn_belongs_to_one_live_book_in_whatever_form_it_is_sent()
    {
        var first = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = "One", identifiers = new { isbn10 = "0-306-40615-2" } });
        var second = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = "Two" });

        (await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = "Two", identifiers = new { isbn13 = "978-0-306-40615-7" } }))
            .AssertProblem(HttpStatusCode.Conflict, "identifiers.isbn13");
        (await api.Admin.SendAsync(HttpMethod.Put, second.Location!, new { title = "Two", identifiers = new { isbn10 = "0306406152" } }, ifMatch: second.ETag))
            .AssertProblem(HttpStatusCode.Conflict, "identifiers.isbn10");
        Assert.Equal(HttpStatusCode.NoContent, (await api.Admin.SendAsync(HttpMethod.Delete, first.Location!, ifMatch: "*")).Status);
        (await api.Client.SendAsync(HttpMethod.Get, "/api/v1/books/isbn/0306406152")).AssertProblem(HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.OK, (await api.Admin.SendAsync(HttpMethod.Put, second.Location!, new { title = "Two", identifiers = new { isbn10 = "0306406152" } }, ifMatch: second.ETag)).Status);
    }

    [Fact]
    public async Task Of_books_added_at_once_with_one_isbn_one_is_made()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = "Same", identifiers = new { goodbooks = "777" } })));

        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => a.AssertProblem(HttpStatusCode.Conflict, "identifiers.goodbooks"));
    }

    [Fact]
    public async Task A_deleted_book_is_in_no_list()
    {
        var author = await api.Admin.AddAuthorAsync("Anne Brontë");
        var category = await api.Admin.AddCategoryAsync("deleted");
        var book = await api.Admin.AddAsync("/api/v1/books", new { title = "Agnes Grey", authorIds = new[] { author }, categoryIds = new[] { category } });

        (await api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/authors/{author}", ifMatch: "*")).AssertProblem(HttpStatusCode.Conflict);
        (await api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/categories/{category}", ifMatch: "*")).AssertProblem(HttpStatusCode.Conflict);
        await api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/books/{book}", ifMatch: "*");

        Assert.Empty((await api.Client.ReadAsync($"/api/v1/books?author={author}")).Items("id"));
        Assert.Empty((await api.Client.ReadAsync($"/api/v1/categories/{category}/books")).Items("id"));
        Assert.Equal(HttpStatusCode.NoContent, (await api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/authors/{author}", ifMatch: "*")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/categories/{category}", ifMatch: "*")).Status);
    }

    [Theory]
    [InlineData("authors", "authorIds")]
    [InlineData("categories", "categoryIds")]
    public async Task A_book_written_while_its_author_or_category_is_deleted_is_refused(string kind, string field)
    {
        var id = kind == "authors" ? await api.Admin.AddAuthorAsync("Deleted meanwhile") : await api.Admin.AddCategoryAsync("deleted-meanwhile");
        await using var deleting = new NpgsqlConnection(api.Database.App);
        await deleting.OpenAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(deleting, $"BEGIN; SELECT 1 FROM catalog.{kind} WHERE id = '{id}' FOR UPDATE; UPDATE catalog.{kind} SET deleted_at = now() WHERE id = '{id}'");

        var write = api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new Dictionary<string, object> { ["title"] = "Race", [field] = new[] { id } });
        await SomebodyWaitsAsync();
        await ExecuteAsync(deleting, "COMMIT");

        (await write).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Theory]
    [InlineData("authors", "book_authors (book_id, author_id, position)", ", 0")]
    [InlineData("categories", "book_categories (book_id, category_id)", "")]
    public async Task An_author_or_category_deleted_while_a_book_is_written_stays(string kind, string table, string rest)
    {
        var id = kind == "authors" ? await api.Admin.AddAuthorAsync("Named meanwhile") : await api.Admin.AddCategoryAsync("named-meanwhile");
        var book = await api.Admin.AddAsync("/api/v1/books", new { title = "Race" });
        await using var writing = new NpgsqlConnection(api.Database.App);
        await writing.OpenAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(writing, $"BEGIN; SELECT 1 FROM catalog.{kind} WHERE id = '{id}' FOR SHARE; INSERT INTO catalog.{table} VALUES ('{book}', '{id}'{rest})");

        var delete = api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/{kind}/{id}", ifMatch: "*");
        await SomebodyWaitsAsync();
        await ExecuteAsync(writing, "COMMIT");

        (await delete).AssertProblem(HttpStatusCode.Conflict);
    }

    private Task SomebodyWaitsAsync() => Eventually.HoldsAsync(async () => await api.Database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0, "a request waits for the lock");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statements)
    {
#pragma warning disable CA2100 // written above
        await using var command = new NpgsqlCommand(statements, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task ReplaceAsync(string address, object body)
    {
        var etag = (await api.Client.SendAsync(HttpMethod.Get, address)).ETag;
        var answer = await api.Admin.SendAsync(HttpMethod.Put, address, body, ifMatch: etag);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
    }
}

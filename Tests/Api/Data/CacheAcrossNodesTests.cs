using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>Two Api processes' worth of services on one database and one Redis: a change by one is seen by the other.</summary>
public sealed class CacheAcrossNodesTests(Stack stack) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private TestDatabase _database = null!;
    private WebApplicationFactory<Program> _one = null!;
    private WebApplicationFactory<Program> _other = null!;
    private HttpClient _admin = null!;
    private HttpClient _here = null!;
    private HttpClient _there = null!;
    private Guid _author, _category, _book;

    public async ValueTask InitializeAsync()
    {
        _database = await stack.CreateDatabaseAsync();
        (_one, _other) = (ApiFixture.Host(_database), ApiFixture.Host(_database));
        (_admin, _here, _there) = (_one.CreateClient(), _one.CreateClient(), _other.CreateClient());
        await _admin.LogInAsAdminAsync(_database);
        _author = await _admin.AddAuthorAsync("Jane");
        _category = await _admin.AddCategoryAsync("novels");
        _book = await _admin.AddAsync("/api/v1/books", Book("Emma", "9780142437247"));
        await Eventually.HoldsAsync(async () => await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_embeddings") == 1, "the book has its vector");
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_changed_book_is_new_here_at_once_and_there_next()
    {
        string[] addresses =
        [
            "books/{book}",
            "books/isbn/9780142437247",
            "books",
            "books?category=novels&sort=year",
            "authors/{author}/books",
            "categories/{category}/books",
            "search?q=emma",
            "search/suggest?q=emm",
        ];
        await CachedOnBothAsync(addresses);

        await PutAsync($"books/{_book}", Book("Emma Woodhouse", "9780142437247"));

        await IsNewAsync(addresses, "Emma Woodhouse");
    }

    [Fact]
    public async Task A_renamed_author_is_new_wherever_they_are_named()
    {
        string[] addresses =
        [
            "books/{book}",
            "books/isbn/9780142437247",
            "books",
            "authors",
            "authors/{author}",
            "authors/{author}/books",
            "search?q=emma",
        ];
        await CachedOnBothAsync(addresses);

        await PutAsync($"authors/{_author}", new { name = "Jane Austen" });

        await IsNewAsync(addresses, "Jane Austen");
    }

    [Fact]
    public async Task A_renamed_category_is_new_wherever_it_is_named()
    {
        string[] addresses =
        [
            "books/{book}",
            "categories",
            "categories/{category}",
            "search?q=emma",
        ];
        await CachedOnBothAsync(addresses);

        await PutAsync($"categories/{_category}", new { name = "Comedies of manners", slug = "novels" });

        await IsNewAsync(addresses, "Comedies of manners");
    }

    [Fact]
    public async Task A_deleted_book_is_gone_here_at_once_and_there_next()
    {
        string[] addresses =
        [
            "books/{book}",
            "books/isbn/9780142437247",
            "books/{book}/similar",
        ];
        await CachedOnBothAsync(addresses);

        Assert.Equal(HttpStatusCode.NoContent, (await _admin.SendAsync(HttpMethod.Delete, $"/api/v1/books/{_book}", ifMatch: "*")).Status);

        foreach (var address in addresses)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(_here, address)).Status);
            await Eventually.HoldsAsync(async () => (await AskAsync(_there, address)).Status == HttpStatusCode.NotFound, $"{address} is gone there", TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task A_number_that_was_nobodys_leads_to_its_new_book()
    {
        const string Address = "books/isbn/9780306406157";
        await CachedOnBothAsync([Address]);

        await PutAsync($"books/{_book}", Book("Emma", "9780306406157"));

        await IsNewAsync([Address], "Emma");
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(_here, "books/isbn/9780142437247")).Status);
    }

    [Fact]
    public async Task A_write_that_is_refused_leaves_the_cache_alone()
    {
        await _admin.AddAsync("/api/v1/books", Book("Persuasion", "9780306406157"));
        await CachedOnBothAsync(["books/{book}"]);

        var refused = await _admin.SendAsync(HttpMethod.Put, $"/api/v1/books/{_book}", Book("Emma", "9780306406157"), ifMatch: "*");

        refused.AssertProblem(HttpStatusCode.Conflict, "identifiers.isbn13");
        Assert.Equal(("platform; hit; detail=memory", "platform; hit; detail=memory"),
            ((await AskAsync(_here, "books/{book}")).CacheStatus, (await AskAsync(_there, "books/{book}")).CacheStatus));
    }

    [Fact]
    public async Task An_import_tells_the_services_that_run()
    {
        await CachedOnBothAsync(["books"]);
        using var folder = ImportFolder.Of(books: 3);

        var (exitCode, error) = await ImportAsync(folder, ("ConnectionStrings__redis", _database.Redis), ("Cache__Namespace", _database.Name));

        Assert.Equal((0, ""), (exitCode, error));
        await IsNewAsync(["books"], "Title 3");
    }

    [Theory]
    [InlineData("", "The services' cache was not told (ConnectionStrings:redis is not set)")]
    [InlineData("127.0.0.1:1,connectTimeout=100", "The services' cache was not told (Redis does not answer)")]
    public async Task An_import_without_redis_is_done_and_says_who_does_not_know(string redis, string sentence)
    {
        using var folder = ImportFolder.Of(books: 3);

        var (exitCode, error) = await ImportAsync(folder, ("ConnectionStrings__redis", redis));

        Assert.Equal(0, exitCode);
        Assert.StartsWith(sentence, error, StringComparison.Ordinal);
        Assert.Equal(4, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.books"));
    }

    private async Task<(int ExitCode, string Error)> ImportAsync(ImportFolder folder, params (string Name, string Value)[] settings)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Platform.Api.dll"), "import", "goodbooks", folder.Path, "--report", folder.Report];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ConnectionStrings__platform"] = _database.App;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var import = Process.Start(start)!;
        var output = import.StandardOutput.ReadToEndAsync(Ct);
        var error = await import.StandardError.ReadToEndAsync(Ct);
        await import.WaitForExitAsync(Ct);
        await output;
        return (import.ExitCode, error.Trim());
    }

    private object Book(string title, string isbn13) =>
        new { title, authorIds = new[] { _author }, categoryIds = new[] { _category }, publishedYear = 1815, identifiers = new { isbn13 } };

    private async Task PutAsync(string address, object body)
    {
        var answer = await _admin.SendAsync(HttpMethod.Put, $"/api/v1/{address}", body, ifMatch: "*");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
    }

    private async Task CachedOnBothAsync(string[] addresses)
    {
        foreach (var (node, address) in new[] { _here, _there }.SelectMany(node => addresses.Select(address => (node, address))))
        {
            await Eventually.HoldsAsync(async () => (await AskAsync(node, address)).CacheStatus == "platform; hit; detail=memory", $"{address} is cached");
        }
    }

    private async Task IsNewAsync(string[] addresses, string text)
    {
        foreach (var address in addresses)
        {
            Assert.Contains(text, (await AskAsync(_here, address)).Body, StringComparison.Ordinal);
            // The message is on its way for a moment.
            await Eventually.HoldsAsync(async () => (await AskAsync(_there, address)).Body.Contains(text, StringComparison.Ordinal), $"{address} is new there", TimeSpan.FromSeconds(5));
        }
    }

    private async Task<(HttpStatusCode Status, string? CacheStatus, string Body)> AskAsync(HttpClient node, string address)
    {
        var path = address.Replace("{book}", _book.ToString(), StringComparison.Ordinal)
            .Replace("{author}", _author.ToString(), StringComparison.Ordinal).Replace("{category}", _category.ToString(), StringComparison.Ordinal);
        using var response = await node.GetAsync($"/api/v1/{path}", Ct);
        var body = await response.Content.ReadAsStringAsync(Ct);
        return (response.StatusCode, response.Headers.TryGetValues("Cache-Status", out var status) ? status.Single() : null,
            body.Length == 0 ? "" : JsonNode.Parse(body)!.ToJsonString());
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Recommendations;

/// <summary>What the Api makes of what Analytics recommends, and who may ask for whose.</summary>
public sealed class RecommendationTests(Stack stack) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private HandFedAnalytics _analytics = null!;
    private WebApplicationFactory<Program> _api = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await stack.CreateDatabaseAsync();
        _analytics = await HandFedAnalytics.StartAsync();
        _api = ApiFixture.Host(_database, ("Analytics:Address", _analytics.Address), ("Analytics:Timeout", "00:00:10"));
        _admin = _api.CreateClient();
        await _admin.LogInAsAdminAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _analytics.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Books_are_shown_in_order_with_what_speaks_for_them_and_are_nobody_elses()
    {
        var (first, second) = (await AddBookAsync("first"), await AddBookAsync("second"));
        _analytics.Books = [second, first];
        var reader = _api.CreateClient();
        var (id, _) = await reader.RegisterAsync(_database, "reader@example.org");

        using var response = await reader.GetAsync("/api/v1/recommendations/me?limit=2&diversity=0.5", TestContext.Current.CancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("no-store, private", response.Headers.CacheControl?.ToString());
        Assert.Equal(["second", "first"], Titles(answer));
        Assert.Equal((1.0, "v1", "0000-1"), (answer["items"]![0]!["score"]!.GetValue<double>(), answer["model"]!.GetValue<string>(), answer["asOf"]!.GetValue<string>()));
        Assert.Equal((second, "rated"), (answer["items"]![0]!["because"]![0]!["bookId"]!.GetValue<Guid>(), answer["items"]![0]!["because"]![0]!["reason"]!.GetValue<string>()));
        Assert.True(_analytics.Questions.TryDequeue(out var question));
        Assert.StartsWith($"/recommendations/users/{id}?diversity=0.5&limit=", question.Address, StringComparison.Ordinal);
        Assert.Equal(reader.DefaultRequestHeaders.Authorization!.ToString(), question.Authorization);
    }

    [Fact]
    public async Task A_deleted_book_is_left_out_and_others_take_its_place()
    {
        var books = new List<Guid>();
        foreach (var title in new[] { "gone", "kept", "spare" })
            books.Add(await AddBookAsync(title));
        await _database.ExecuteAsync("UPDATE catalog.books SET deleted_at = now() WHERE id = $1", books[0]);
        _analytics.Books = books;

        Assert.Equal(["kept", "spare"], Titles(await _admin.ReadAsync("/api/v1/recommendations/me?limit=2")));
        Assert.Equal(["kept"], Titles(await _admin.ReadAsync("/api/v1/recommendations/trending?limit=1")));
    }

    [Fact]
    public async Task What_is_asked_of_it_has_limits()
    {
        foreach (var (query, field) in new[] { ("limit=0", "limit"), ("limit=101", "limit"), ("limit=many", "limit"), ("diversity=-0.1", "diversity"), ("diversity=1.1", "diversity"), ("diversity=NaN", "diversity") })
            (await _admin.SendAsync(HttpMethod.Get, $"/api/v1/recommendations/me?{query}")).AssertProblem(HttpStatusCode.BadRequest, field);
        (await _admin.SendAsync(HttpMethod.Get, "/api/v1/recommendations/trending?window=2h")).AssertProblem(HttpStatusCode.BadRequest, "window");
        (await _admin.SendAsync(HttpMethod.Get, "/api/v1/recommendations/trending?limit=0")).AssertProblem(HttpStatusCode.BadRequest, "limit");
        (await _admin.SendAsync(HttpMethod.Get, "/api/v1/recommendations/books/moby-dick/similar")).AssertProblem(HttpStatusCode.BadRequest, "id");
        Assert.Empty(_analytics.Questions);
    }

    [Fact]
    public async Task What_there_is_not_is_not_found()
    {
        (await _admin.SendAsync(HttpMethod.Get, $"/api/v1/recommendations/users/{Guid.CreateVersion7()}")).AssertProblem(HttpStatusCode.NotFound);
        (await _admin.SendAsync(HttpMethod.Get, $"/api/v1/recommendations/books/{Guid.CreateVersion7()}/similar")).AssertProblem(HttpStatusCode.NotFound);
        (await _admin.SendAsync(HttpMethod.Get, $"/api/v1/recommendations/products/{Guid.CreateVersion7()}/bought-together")).AssertProblem(HttpStatusCode.NotFound);
        Assert.Empty(_analytics.Questions);
    }

    [Fact]
    public async Task Whose_they_are_and_administrators_may_ask()
    {
        var reader = _api.CreateClient();
        var (id, _) = await reader.RegisterAsync(_database, "reader@example.org");

        (await _api.CreateClient().SendAsync(HttpMethod.Get, "/api/v1/recommendations/me")).AssertProblem(HttpStatusCode.Unauthorized);
        (await reader.SendAsync(HttpMethod.Get, $"/api/v1/recommendations/users/{id}")).AssertProblem(HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.OK, (await _admin.SendAsync(HttpMethod.Get, $"/api/v1/recommendations/users/{id}")).Status);
    }

    [Fact]
    public async Task Public_ones_are_cached_until_a_book_changes()
    {
        var product = await _admin.AddProductAsync();
        var book = product["bookId"]!.GetValue<Guid>();
        _analytics.Books = [book];
        foreach (var address in new[] { $"/api/v1/recommendations/books/{book}/similar", $"/api/v1/recommendations/products/{product.Id()}/bought-together", "/api/v1/recommendations/trending" })
        {
            for (var time = 0; time < 2; time++)
                Assert.Equal(["Emma"], Titles(await _admin.ReadAsync(address)));
        }

        Assert.Equal(3, _analytics.Questions.Count);
        var read = await _admin.SendAsync(HttpMethod.Get, $"/api/v1/books/{book}");
        Assert.Equal(HttpStatusCode.OK, (await _admin.SendAsync(HttpMethod.Put, $"/api/v1/books/{book}", new { title = "Persuasion" }, ifMatch: read.ETag)).Status);

        Assert.Equal(["Persuasion"], Titles(await _admin.ReadAsync("/api/v1/recommendations/trending")));
    }

    [Fact]
    public async Task Where_readers_say_too_little_what_is_about_the_same_follows()
    {
        var ids = new List<Guid>();
        foreach (var title in new[] { "The War of the Worlds", "War of the Worlds, illustrated", "Cooking with Herbs" })
            ids.Add(await AddBookAsync(title));
        await Eventually.HoldsAsync(async () => await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_embeddings") == 3, "the books have vectors");
        _analytics.Books = [ids[2]];

        var answer = await _admin.ReadAsync($"/api/v1/recommendations/books/{ids[0]}/similar?limit=2");

        Assert.Equal(["Cooking with Herbs", "War of the Worlds, illustrated"], Titles(answer));
        var last = answer["items"]![1]!;
        Assert.Equal((ids[0], "content"), (last["because"]![0]!["bookId"]!.GetValue<Guid>(), last["because"]![0]!["reason"]!.GetValue<string>()));
        Assert.InRange(last["score"]!.GetValue<double>(), 0.01, answer["items"]![0]!["score"]!.GetValue<double>());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(401)]
    public async Task While_Analytics_does_not_answer_personal_ones_are_not_to_be_had(int status)
    {
        _analytics.Status = status;

        (await _admin.SendAsync(HttpMethod.Get, "/api/v1/recommendations/me")).AssertProblem(HttpStatusCode.ServiceUnavailable);
        (await _admin.SendAsync(HttpMethod.Get, "/api/v1/recommendations/trending")).AssertProblem(HttpStatusCode.ServiceUnavailable);

        _analytics.Status = 200;
        Assert.Equal(HttpStatusCode.OK, (await _admin.SendAsync(HttpMethod.Get, "/api/v1/recommendations/me")).Status);
        await Eventually.HoldsAsync(async () => (await _admin.SendAsync(HttpMethod.Get, "/api/v1/recommendations/trending")).Status == HttpStatusCode.OK, "there are public ones again");
    }

    [Fact]
    public async Task Nobody_at_the_address_is_no_answer_either()
    {
        await using var api = ApiFixture.Host(_database, ("Analytics:Address", "http://127.0.0.1:9"));
        var admin = api.CreateClient();
        await admin.LogInAsAdminAsync(_database);

        (await admin.SendAsync(HttpMethod.Get, "/api/v1/recommendations/me")).AssertProblem(HttpStatusCode.ServiceUnavailable);
        (await admin.SendAsync(HttpMethod.Get, "/api/v1/recommendations/trending?window=7d")).AssertProblem(HttpStatusCode.ServiceUnavailable);
    }

    private Task<Guid> AddBookAsync(string title) => _admin.AddAsync("/api/v1/books", new { title });

    private static List<string> Titles(JsonNode answer) => [.. answer["items"]!.AsArray().Select(item => item!["book"]!["title"]!.GetValue<string>())];
}

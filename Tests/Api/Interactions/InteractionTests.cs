using System.Net;
using System.Text.Json.Nodes;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Interactions;

/// <summary>What clients tell of what people do with books is taken once, and only what can have happened.</summary>
public sealed class InteractionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Address = "/api/v1/interactions";

    [Fact]
    public async Task What_is_told_is_kept_with_whose_it_is_and_when_it_was()
    {
        var product = await api.Admin.AddProductAsync();
        var book = Guid.Parse(product["bookId"]!.ToString());
        using var user = await api.ClientOfAsync("told@example.org");
        var at = TimeProvider.System.GetUtcNow().AddDays(-3);

        var told = await TellAsync(user, View(book) with { ProductId = product.Id(), At = at }, View(book) with { Kind = "shelf-add", Shelf = "read" });

        Assert.Equal("""{"accepted":2,"duplicates":0,"refused":[]}""", told.ToJsonString());
        Assert.Equal(1, await api.Database.ScalarAsync<long>("""
            SELECT count(*) FROM telemetry.interactions i JOIN identity.users u ON u.id = i.user_id
            WHERE u.email = 'told@example.org' AND kind = 'view' AND book_id = $1 AND product_id = $2 AND abs(extract(epoch FROM at - $3)) < 0.001
            """, book, Guid.Parse(product.Id()), at));
        Assert.Equal(1, await api.Database.ScalarAsync<long>("SELECT count(*) FROM telemetry.interactions WHERE book_id = $1 AND kind = 'shelf-add' AND shelf = 'read' AND now() - at < interval '1 minute'", book));
    }

    [Fact]
    public async Task Told_again_it_counts_once_whatever_comes_with_it_and_whenever_it_is_said_to_have_been()
    {
        var book = await AddBookAsync();
        using var user = await api.ClientOfAsync("again@example.org");
        var (first, second) = (View(book), View(book));

        Assert.Equal("""{"accepted":1,"duplicates":1,"refused":[]}""", (await TellAsync(user, first, first)).ToJsonString());
        Assert.Equal("""{"accepted":1,"duplicates":1,"refused":[]}""", (await TellAsync(user, first with { At = TimeProvider.System.GetUtcNow().AddHours(-5) }, second)).ToJsonString());

        Assert.Equal(2, await CountAsync(book));
    }

    [Fact]
    public async Task Told_by_many_at_the_same_time_it_counts_once()
    {
        var book = await AddBookAsync();
        var views = Enumerable.Range(0, 20).Select(_ => View(book)).ToArray();
        using var user = await api.ClientOfAsync("many@example.org");

        // In both orders: they wait for each other, and never both.
        var told = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => TellAsync(user, n % 2 == 0 ? views : [.. views.Reverse()])));

        Assert.Equal(views.Length, told.Sum(answer => answer["accepted"]!.GetValue<int>()));
        Assert.Equal(views.Length, await CountAsync(book));
    }

    [Fact]
    public async Task An_id_that_somebody_else_has_given_is_another()
    {
        var book = await AddBookAsync();
        using var one = await api.ClientOfAsync("one@example.org");
        using var other = await api.ClientOfAsync("other@example.org");
        var view = View(book);

        foreach (var client in new[] { one, other, api.Client })
            Assert.Equal(1, (await TellAsync(client, view))["accepted"]!.GetValue<int>());

        Assert.Equal(3, await CountAsync(book));
    }

    [Fact]
    public async Task What_cannot_have_happened_is_refused_by_itself_and_the_rest_is_taken()
    {
        var (product, another) = (await api.Admin.AddProductAsync(), await api.Admin.AddProductAsync());
        var book = Guid.Parse(product["bookId"]!.ToString());
        var deleted = await AddBookAsync();
        await api.Admin.SendAsync(HttpMethod.Delete, $"/api/v1/books/{deleted}", ifMatch: "*");
        using var user = await api.ClientOfAsync("cannot@example.org");
        var now = TimeProvider.System.GetUtcNow();

        var told = await TellAsync(user, View(book), View(Guid.CreateVersion7()), View(deleted), View(book) with { ProductId = another.Id() },
            View(book) with { At = now.AddMinutes(6) }, View(book) with { At = now.AddDays(-7).AddMinutes(-1) },
            View(book) with { At = now.AddMinutes(4) }, View(book) with { At = now.AddDays(-7).AddMinutes(1) });

        Assert.Equal("""{"accepted":3,"duplicates":0,"refused":[{"index":1,"reason":"unknown-book"},{"index":2,"reason":"unknown-book"},{"index":3,"reason":"unknown-product"},{"index":4,"reason":"in-the-future"},{"index":5,"reason":"too-old"}]}""", told.ToJsonString());
        Assert.Equal(3, await CountAsync(book));
    }

    [Fact]
    public async Task Who_is_not_logged_in_is_seen_to_look_and_has_no_shelf()
    {
        var book = await AddBookAsync();

        var told = await TellAsync(api.Client, View(book), View(book) with { Kind = "hide" }, View(book) with { Kind = "shelf-add", Shelf = "want" }, View(book) with { Kind = "search-click" });

        Assert.Equal("""{"accepted":2,"duplicates":0,"refused":[{"index":1,"reason":"needs-login"},{"index":2,"reason":"needs-login"}]}""", told.ToJsonString());
        Assert.Equal(2, await api.Database.ScalarAsync<long>("SELECT count(*) FROM telemetry.interactions WHERE book_id = $1 AND user_id IS NULL", book));
    }

    [Theory]
    [InlineData("""{}""", "interactions")]
    [InlineData("""{"interactions":[]}""", "interactions")]
    [InlineData("""{"interactions":[null]}""", "interactions[0].id")]
    [InlineData("""{"interactions":[{"kind":"view","bookId":"01890a5d-ac96-774b-bcce-b302099a8059"}]}""", "interactions[0].id")]
    [InlineData("""{"interactions":[{"id":"01890a5d-ac96-774b-bcce-b302099a8061","kind":"view"}]}""", "interactions[0].bookId")]
    [InlineData("""{"interactions":[{"id":"01890a5d-ac96-774b-bcce-b302099a8061","kind":"VIEW","bookId":"01890a5d-ac96-774b-bcce-b302099a8059"}]}""", "interactions[0].kind")]
    [InlineData("""{"interactions":[{"id":"01890a5d-ac96-774b-bcce-b302099a8061","kind":"view","shelf":"read","bookId":"01890a5d-ac96-774b-bcce-b302099a8059"}]}""", "interactions[0].shelf")]
    [InlineData("""{"interactions":[{"id":"01890a5d-ac96-774b-bcce-b302099a8061","kind":"shelf-add","shelf":"burnt","bookId":"01890a5d-ac96-774b-bcce-b302099a8059"}]}""", "interactions[0].shelf")]
    public async Task What_is_not_an_interaction_is_said_to_be_none(string body, string field)
    {
        var answer = await api.Client.SendAsync(HttpMethod.Post, Address, JsonNode.Parse(body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(answer.Body!["errors"]!.AsObject(), error => error.Key == field);
    }

    [Theory]
    [InlineData("""{"interactions":[{"id":"no","kind":"view","bookId":"01890a5d-ac96-774b-bcce-b302099a8059"}]}""")]
    [InlineData("""{"interactions":[{"id":"01890a5d-ac96-774b-bcce-b302099a8061","kind":"view","at":"yesterday","bookId":"01890a5d-ac96-774b-bcce-b302099a8059"}]}""")]
    [InlineData("""{"interactions":{}}""")]
    [InlineData("""[]""")]
    public async Task What_cannot_be_read_is_refused_as_a_problem(string body)
    {
        var answer = await api.Client.SendAsync(HttpMethod.Post, Address, JsonNode.Parse(body));

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.Status, answer.Type));
    }

    [Theory]
    [InlineData(101)]
    [InlineData(10_000)]
    public async Task More_than_a_hundred_at_once_are_refused_without_a_look_at_them(int count)
    {
        var book = await AddBookAsync();

        var answer = await api.Client.SendAsync(HttpMethod.Post, Address, new { interactions = Enumerable.Range(0, count).Select(_ => View(book)) });

        Assert.Equal((HttpStatusCode.BadRequest, "interactions"), (answer.Status, answer.Body!["errors"]!.AsObject().Single().Key));
        Assert.Equal(0, await CountAsync(book));
    }

    [Fact]
    public async Task The_earliest_and_the_latest_time_there_is_are_refused_as_any_other()
    {
        var book = await AddBookAsync();

        var told = await TellAsync(api.Client, View(book) with { At = DateTimeOffset.MinValue }, View(book) with { At = DateTimeOffset.MaxValue });

        Assert.Equal(["too-old", "in-the-future"], told["refused"]!.AsArray().Select(one => one!["reason"]!.ToString()));
    }

    [Fact]
    public async Task A_token_that_is_not_good_is_not_taken_for_nobody()
    {
        using var client = api.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", "no.such.token");

        var answer = await client.SendAsync(HttpMethod.Post, Address, new { interactions = new[] { View(await AddBookAsync()) } });

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
    }

    [Fact]
    public async Task What_was_taken_is_forgotten_when_it_would_be_refused_for_its_age()
    {
        var (old, young) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await api.Database.ExecuteAsync("INSERT INTO telemetry.interaction_keys VALUES ($1, now() - interval '8 days 1 minute'), ($2, now() - interval '7 days 6 minutes')", old, young);

        await TellAsync(api.Client, View(await AddBookAsync()));

        Assert.Equal(young, await api.Database.ScalarAsync<Guid>("SELECT id FROM telemetry.interaction_keys WHERE id IN ($1, $2)", old, young));
    }

    private sealed record Told(Guid Id, string Kind, Guid BookId, string? ProductId = null, string? Shelf = null, DateTimeOffset? At = null);

    private static Told View(Guid book) => new(Guid.CreateVersion7(), "view", book);

    private static async Task<JsonNode> TellAsync(HttpClient client, params Told[] interactions)
    {
        var answer = await client.SendAsync(HttpMethod.Post, Address, new { interactions });
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        return answer.Body!;
    }

    private Task<Guid> AddBookAsync() => api.Admin.AddAsync("/api/v1/books", new { title = "Emma" });

    private Task<long> CountAsync(Guid book) => api.Database.ScalarAsync<long>("SELECT count(*) FROM telemetry.interactions WHERE book_id = $1", book);
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Analytics.Projections;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>Who may ask what, and what is answered to those who ask wrongly or in vain.</summary>
public sealed class RecommendationEndpointTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    private static readonly Guid[] Books = HandMadeModel.Books(20);
    private static readonly Guid Reader = new("0199f000-0000-7000-8000-0000000000aa");

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_ask_for_themselves_and_administrators_for_everybody()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        var address = $"/recommendations/users/{Reader}";

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(analytics.Client(), address));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(analytics.ClientOf(Guid.CreateVersion7(), "member"), address));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(analytics.ClientOf(Reader, "member"), address));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(analytics.ClientOf(Guid.CreateVersion7(), "admin"), address));
    }

    [Fact]
    public async Task Nobody_gets_in_by_a_token_of_somebody_elses_or_while_it_cannot_be_verified()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        using var strangers = new Platform.Tests.Support.TokenIssuer();
        var client = analytics.Client();
        client.DefaultRequestHeaders.Authorization = strangers.Issue(Reader, "admin");

        analytics.Tokens.IsAway = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client, $"/recommendations/users/{Reader}"));
        analytics.Tokens.IsAway = false;
        await Platform.Tests.Support.Eventually.HoldsAsync(async () => await StatusAsync(client, $"/recommendations/users/{Reader}") == HttpStatusCode.Unauthorized, "the token is refused");
    }

    [Theory]
    [InlineData("users/0199f000-0000-7000-8000-0000000000aa?limit=0", "limit")]
    [InlineData("users/0199f000-0000-7000-8000-0000000000aa?limit=201", "limit")]
    [InlineData("users/0199f000-0000-7000-8000-0000000000aa?limit=x", "limit")]
    [InlineData("users/0199f000-0000-7000-8000-0000000000aa?diversity=2", "diversity")]
    [InlineData("users/0199f000-0000-7000-8000-0000000000aa?diversity=NaN", "diversity")]
    [InlineData("users/me", "id")]
    [InlineData("books/1/similar", "id")]
    [InlineData("books/0199f000-0000-7000-8000-0000000000aa/similar?limit=-1", "limit")]
    [InlineData("products/0199f000-0000-7000-8000-0000000000aa/bought-together?limit=1000", "limit")]
    [InlineData("trending?window=1y", "window")]
    [InlineData("trending?limit=0", "limit")]
    public async Task What_is_wrong_is_named(string address, string field)
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);

        using var answer = await analytics.ClientOf(Reader).GetAsync($"/recommendations/{address}", Ended);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotNull((await answer.Content.ReadFromJsonAsync<JsonNode>(Ended))!["errors"]![field]);
    }

    [Fact]
    public async Task Books_are_found_for_a_book_a_product_and_everybody()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        await analytics.ServeAsync(HandMadeModel.Of(Books[..4], [1, 0], [0.9f, 0.1f], [0, 1], [0.1f, 0.9f]));
        await analytics.TrendAsync(null, Books[2], Books[1]);
        var product = Guid.CreateVersion7();
        var aggregates = analytics.Database.GetContainer(ProjectionContainers.AggregatesName(1));
        foreach (var (book, orders) in new[] { (5, 2), (6, 9), (7, 0) })
            await aggregates.CreateItemAsync(new { id = Guid.CreateVersion7().ToString(), subject = Subjects.TogetherWith(product), book = Books[book], orders }, cancellationToken: Ended);
        using var client = analytics.Client();

        var similar = await client.GetFromJsonAsync<JsonNode>($"/recommendations/books/{Books[0]}/similar?limit=2", Ended);
        Assert.Equal([Books[1], Books[3]], BooksOf(similar));
        Assert.Equal((Books[0], "similar"), (similar!["items"]![0]!["because"]![0]!["bookId"]!.GetValue<Guid>(), similar["items"]![0]!["because"]![0]!["reason"]!.GetValue<string>()));
        Assert.Equal(HandMadeModel.Version, similar["model"]!.GetValue<string>());
        Assert.Empty(BooksOf(await client.GetFromJsonAsync<JsonNode>($"/recommendations/books/{Guid.CreateVersion7()}/similar", Ended)));
        Assert.Equal([Books[6], Books[5]], BooksOf(await client.GetFromJsonAsync<JsonNode>($"/recommendations/products/{product}/bought-together", Ended)));
        var trending = await client.GetFromJsonAsync<JsonNode>("/recommendations/trending?window=1h", Ended);
        Assert.Equal([Books[2], Books[1]], BooksOf(trending));
        Assert.Equal("trending", trending!["model"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_store_that_is_away_or_refuses_is_no_fault_of_the_caller()
    {
        await using var mortal = await CosmosEmulator.StartAsync();
        await using var analytics = await ServedAnalytics.StartAsync(mortal, ("Requests:Timeout", "00:00:02"));
        await using var refused = await ServedAnalytics.StartAsync(cosmos.Emulator, ("ConnectionStrings:cosmos", $"AccountEndpoint={cosmos.Emulator.Address};AccountKey={Convert.ToBase64String(new byte[64])}"));
        await mortal.KillAsync();

        foreach (var client in new[] { analytics.ClientOf(Reader), refused.ClientOf(Reader) })
        {
            using var answer = await client.GetAsync($"/recommendations/users/{Reader}", Ended);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    private static List<Guid> BooksOf(JsonNode? answer) => [.. answer!["items"]!.AsArray().Select(item => item!["book"]!.GetValue<Guid>())];

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address, Ended);
        return answer.StatusCode;
    }
}

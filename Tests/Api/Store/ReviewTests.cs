using System.Net;
using System.Text.Json.Nodes;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class ReviewTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private int _readers;

    [Theory]
    [InlineData("paid", true)]
    [InlineData("delivered", true)]
    [InlineData("pending", false)]
    [InlineData("refunded", false)]
    [InlineData(null, false)]
    public async Task A_review_is_verified_when_its_writer_bought_it(string? order, bool verified)
    {
        var product = await api.Admin.AddProductAsync();
        var (reader, id) = await ReaderAsync();
        var (_, other) = await ReaderAsync();
        await api.Database.BuyAsync(other, product, "paid");
        if (order is not null)
        {
            await api.Database.BuyAsync(id, product, order);
        }

        var made = await reader.SendAsync(HttpMethod.Post, Reviews(product), new { rating = 5, title = "Good", body = "Very." });

        Assert.True(made.Status == HttpStatusCode.Created, made.Body?.ToJsonString());
        Assert.Equal(verified, made.Body!["verified"]!.GetValue<bool>());
        Assert.Equal(made.Body.ToJsonString(), (await api.Client.ReadAsync(Reviews(product)))["items"]![0]!.ToJsonString());
    }

    [Fact]
    public async Task A_product_is_reviewed_once_by_a_reader_even_at_the_same_time()
    {
        var product = await api.Admin.AddProductAsync();
        var (reader, _) = await ReaderAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => reader.SendAsync(HttpMethod.Post, Reviews(product), new { rating = 3 })));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => answer.AssertProblem(HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Ones_own_review_can_be_replaced_and_deleted_and_nobody_elses()
    {
        var product = await api.Admin.AddProductAsync();
        var mine = $"{Reviews(product)}/mine";
        var (reader, _) = await ReaderAsync();
        var (other, _) = await ReaderAsync();
        var made = await reader.SendAsync(HttpMethod.Post, Reviews(product), new { rating = 3 });

        (await other.SendAsync(HttpMethod.Put, mine, new { rating = 1 }, ifMatch: "*")).AssertProblem(HttpStatusCode.NotFound);
        (await other.SendAsync(HttpMethod.Delete, mine, ifMatch: "*")).AssertProblem(HttpStatusCode.NotFound);
        var replaced = await reader.SendAsync(HttpMethod.Put, mine, new { rating = 4, body = "Better." }, ifMatch: made.ETag);
        Assert.Equal((HttpStatusCode.OK, 4), (replaced.Status, replaced.Body!["rating"]!.GetValue<int>()));
        (await reader.SendAsync(HttpMethod.Put, mine, new { rating = 5 }, ifMatch: made.ETag)).AssertProblem(HttpStatusCode.PreconditionFailed);
        Assert.Equal(HttpStatusCode.NoContent, (await reader.SendAsync(HttpMethod.Delete, mine, ifMatch: replaced.ETag)).Status);
        Assert.Empty((await api.Client.ReadAsync(Reviews(product)))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_draft_is_its_writers_alone_and_goes_with_the_review()
    {
        var product = await api.Admin.AddProductAsync();
        var draft = $"{Reviews(product)}/draft";
        var (reader, _) = await ReaderAsync();
        var (other, _) = await ReaderAsync();

        Assert.Equal(HttpStatusCode.OK, (await reader.SendAsync(HttpMethod.Post, draft, new { title = "Not sure" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await reader.SendAsync(HttpMethod.Post, draft, new { title = "Nearly sure", rating = 4 })).Status);
        Assert.Equal("Nearly sure", (await reader.ReadAsync(draft))["title"]!.GetValue<string>());
        (await other.SendAsync(HttpMethod.Get, draft)).AssertProblem(HttpStatusCode.NotFound);
        (await api.Admin.SendAsync(HttpMethod.Get, draft)).AssertProblem(HttpStatusCode.NotFound);
        (await api.Client.SendAsync(HttpMethod.Get, draft)).AssertProblem(HttpStatusCode.Unauthorized);
        Assert.Empty((await api.Client.ReadAsync(Reviews(product)))["items"]!.AsArray());

        Assert.Equal(HttpStatusCode.Created, (await reader.SendAsync(HttpMethod.Post, Reviews(product), new { rating = 4 })).Status);
        (await reader.SendAsync(HttpMethod.Get, draft)).AssertProblem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_vote_counts_once_and_not_ones_own()
    {
        var product = await api.Admin.AddProductAsync();
        var (writer, _) = await ReaderAsync();
        var (voter, _) = await ReaderAsync();
        var (another, _) = await ReaderAsync();
        var review = (await writer.SendAsync(HttpMethod.Post, Reviews(product), new { rating = 5 })).Body!.Id();
        var later = (await another.SendAsync(HttpMethod.Post, Reviews(product), new { rating = 1 })).Body!.Id();

        (await writer.SendAsync(HttpMethod.Post, $"/api/v1/reviews/{review}/helpful")).AssertProblem(HttpStatusCode.Conflict);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => (n % 2 == 0 ? voter : another).SendAsync(HttpMethod.Post, $"/api/v1/reviews/{review}/helpful")));
        var helpful = await api.Client.ReadAsync($"{Reviews(product)}?sort=helpful&limit=1");
        Assert.Equal((review, 2), (helpful.Items("id").Single(), helpful["items"]![0]!["helpfulCount"]!.GetValue<int>()));
        Assert.Equal([later], (await api.Client.ReadAsync($"{Reviews(product)}?sort=helpful&limit=1&after={helpful["next"]}")).Items("id"));
        Assert.Equal([later, review], (await api.Client.ReadAsync(Reviews(product))).Items("id"));

        Assert.Equal(HttpStatusCode.NoContent, (await voter.SendAsync(HttpMethod.Post, $"/api/v1/reviews/{review}/helpful/withdraw")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await voter.SendAsync(HttpMethod.Post, $"/api/v1/reviews/{review}/helpful/withdraw")).Status);
        Assert.Equal(1, (await writer.ReadAsync($"{Reviews(product)}/mine"))["helpfulCount"]!.GetValue<int>());
        (await voter.SendAsync(HttpMethod.Post, $"/api/v1/reviews/{Guid.CreateVersion7()}/helpful")).AssertProblem(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"rating":0}""", "rating")]
    [InlineData("""{"rating":6}""", "rating")]
    [InlineData("""{"body":"no rating"}""", "rating")]
    [InlineData("""{"rating":5,"body":"long"}""", "body")]
    [InlineData("""{"rating":5,"title":"a\u0000b"}""", "title")]
    public async Task Bad_input_is_named(string body, string field)
    {
        var product = await api.Admin.AddProductAsync();
        var (reader, _) = await ReaderAsync();
        var request = JsonNode.Parse(body)!;
        if (field == "body")
        {
            request["body"] = new string('x', 10_001);
        }

        (await reader.SendAsync(HttpMethod.Post, Reviews(product), request)).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task Strangers_and_readers_of_nothing_are_refused()
    {
        var product = await api.Admin.AddProductAsync();
        var (reader, _) = await ReaderAsync();

        (await api.Client.SendAsync(HttpMethod.Post, Reviews(product), new { rating = 5 })).AssertProblem(HttpStatusCode.Unauthorized);
        (await reader.SendAsync(HttpMethod.Post, "/api/v1/products/no-such-product/reviews", new { rating = 5 })).AssertProblem(HttpStatusCode.NotFound);
        (await reader.SendAsync(HttpMethod.Get, $"{Reviews(product)}?sort=worst")).AssertProblem(HttpStatusCode.BadRequest, "sort");
        (await reader.SendAsync(HttpMethod.Get, $"{Reviews(product)}?after=x")).AssertProblem(HttpStatusCode.BadRequest, "after");
    }

    private static string Reviews(JsonNode product) => $"/api/v1/products/{product["slug"]}/reviews";

    private async Task<(HttpClient Client, Guid Id)> ReaderAsync()
    {
        var client = api.NewClient();
        return (client, (await client.RegisterAsync(api.Database, $"reader-{Interlocked.Increment(ref _readers)}-{Guid.CreateVersion7():N}@example.org")).Id);
    }
}

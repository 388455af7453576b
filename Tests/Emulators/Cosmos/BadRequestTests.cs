using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Cosmos;

namespace Platform.Tests.Emulators.Cosmos;

/// <summary>What is refused, and how.</summary>
public sealed class BadRequestTests(CosmosFixture fixture) : IClassFixture<CosmosFixture>
{
    private readonly CosmosEmulator _emulator = fixture.Emulator;

    [Theory]
    [InlineData("""{"id":"x","partitionKey":{"paths":["/a","/b"],"kind":"MultiHash","version":2}}""", 501, "Hierarchical partition keys")]
    [InlineData("""{"id":"x","partitionKey":{"paths":["a"],"kind":"Hash"}}""", 400, "partitionKey.paths[0]")]
    [InlineData("""{"id":"x"}""", 400, "partitionKey.paths")]
    [InlineData("""{"id":"a/b","partitionKey":{"paths":["/a"],"kind":"Hash"}}""", 400, "id must be")]
    [InlineData("""{"id":"x","defaultTtl":0,"partitionKey":{"paths":["/a"],"kind":"Hash"}}""", 400, "defaultTtl")]
    [InlineData("""{"id":"x","partitionKey":{"paths":["/a"],"kind":"Hash"},"uniqueKeyPolicy":{"uniqueKeys":[{"paths":["/t"]}]}}""", 501, "Unique keys")]
    [InlineData("""{"id":"x","partitionKey":{"paths":["/a"],"kind":"Hash"},"vectorEmbeddingPolicy":{"vectorEmbeddings":[{"path":"/e","dataType":"float32","dimensions":0,"distanceFunction":"cosine"}]}}""", 400, "dimensions")]
    [InlineData("""{"id":"x","partitionKey":{"paths":["/a"],"kind":"Hash"},"indexingPolicy":{"vectorIndexes":[{"path":"/e","type":"flat"}]}}""", 400, "no vector embedding")]
    [InlineData("[]", 400, "no JSON object")]
    [InlineData("{", 400, "no JSON object")]
    [InlineData("""{"id":"x","id":"y","partitionKey":{"paths":["/a"],"kind":"Hash"}}""", 400, "no JSON object")]
    public async Task A_container_that_cannot_be_is_refused(string body, int status, string says)
    {
        await _emulator.Client.CreateDatabaseIfNotExistsAsync("lab", cancellationToken: TestContext.Current.CancellationToken);

        var (answered, text) = await SendAsync(HttpMethod.Post, "/dbs/lab/colls", "colls", "dbs/lab", body);

        Assert.Equal(status, answered);
        Assert.Contains(says, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"x","tenant":{"a":1}}""", 400, "no partition key can be")]
    [InlineData("""{"tenant":"t"}""", 400, "id must be")]
    [InlineData("""{"id":7,"tenant":"t"}""", 400, "id must be")]
    [InlineData("""{"id":"a?b","tenant":"t"}""", 400, "id must be")]
    [InlineData("""{"id":"x"} {}""", 400, "valid JSON")]
    [InlineData("\"x\"", 400, "no JSON object")]
    [InlineData("", 400, "no JSON object")]
    public async Task An_item_that_cannot_be_is_refused(string body, int status, string says)
    {
        var container = await _emulator.CreateContainerAsync();

        var (answered, text) = await SendAsync(HttpMethod.Post, $"/dbs/lab/colls/{container.Id}/docs", "docs", $"dbs/lab/colls/{container.Id}", body);

        Assert.Equal(status, answered);
        Assert.Contains(says, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_over_two_megabytes_is_refused()
    {
        var container = await _emulator.CreateContainerAsync();

        var error = await Assert.ThrowsAsync<CosmosException>(() => container.CreateItemAsync(new { id = "x", tenant = "t", text = new string('x', 2 << 20) }, new PartitionKey("t"), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, error.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/dbs/lab/users", "users", "dbs/lab")]
    [InlineData("POST", "/dbs/lab/colls/c/sprocs", "sprocs", "dbs/lab/colls/c")]
    public async Task What_is_not_done_is_answered_so(string method, string path, string type, string link)
    {
        var (answered, text) = await SendAsync(new HttpMethod(method), path, type, link, "{}");

        Assert.Equal(501, answered);
        Assert.Contains("is not done by this emulator", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_is_good_for_its_request_and_for_a_quarter_of_an_hour()
    {
        Assert.Equal(200, (await SendAsync(HttpMethod.Get, "/dbs", "dbs", "", null)).Status);
        Assert.Equal(401, (await SendAsync(HttpMethod.Get, "/dbs", "colls", "", null)).Status);
        Assert.Equal(401, (await SendAsync(HttpMethod.Get, "/dbs", "dbs", "dbs/x", null)).Status);
        Assert.Equal(403, (await SendAsync(HttpMethod.Get, "/dbs", "dbs", "", null, TimeSpan.FromMinutes(-16))).Status);
        using var client = new HttpClient { BaseAddress = _emulator.Address };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/dbs", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_container_that_spends_more_than_it_has_waits()
    {
        await using var emulator = await CosmosEmulator.StartAsync(("Cosmos:RequestUnits", "2000"));
        var container = await emulator.CreateContainerAsync();
        using var impatient = emulator.CreateClient(options => options.MaxRetryAttemptsOnRateLimitedRequests = 0);
        var throttled = impatient.GetContainer("lab", container.Id);
        CosmosException? refusal = null;
        for (var n = 0; n < 2_000 && refusal is null; n++)
        {
            try
            {
                await throttled.UpsertItemAsync(new { id = "x", tenant = "t", text = new string('x', 100_000) }, new PartitionKey("t"), cancellationToken: TestContext.Current.CancellationToken);
            }
            catch (CosmosException e)
            {
                refusal = e;
            }
        }

        Assert.NotNull(refusal);
        Assert.Equal(HttpStatusCode.TooManyRequests, refusal.StatusCode);
        Assert.True(refusal.RetryAfter > TimeSpan.Zero);
        // Who waits as told is served.
        Assert.Equal(HttpStatusCode.OK, (await container.UpsertItemAsync(new { id = "x", tenant = "t" }, new PartitionKey("t"), cancellationToken: TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_position_of_a_container_that_was_made_anew_is_none_of_its_own()
    {
        var container = await _emulator.CreateContainerAsync(new ContainerProperties("again", "/tenant"));
        var cancellationToken = TestContext.Current.CancellationToken;
        await container.CreateItemAsync(new { id = "x", tenant = "t" }, new PartitionKey("t"), cancellationToken: cancellationToken);
        var (_, _, position) = await FeedAsync("again", null);
        await container.DeleteContainerAsync(cancellationToken: cancellationToken);
        await _emulator.CreateContainerAsync(new ContainerProperties("again", "/tenant"));

        Assert.Equal(400, (await FeedAsync("again", position)).Status);
        Assert.Equal(400, (await FeedAsync("again", "\"nonsense\"")).Status);
    }

    [Fact]
    public async Task The_explorer_shows_items_to_people_and_what_is_in_them_is_text()
    {
        var container = await _emulator.CreateContainerAsync(new ContainerProperties("seen", "/tenant"));
        var cancellationToken = TestContext.Current.CancellationToken;
        await container.CreateItemAsync(new { id = "x", tenant = "t", title = "<script>alert(1)</script>" }, new PartitionKey("t"), cancellationToken: cancellationToken);
        using var client = new HttpClient { BaseAddress = _emulator.Address };

        Assert.Contains("/_explorer/lab/seen", await client.GetStringAsync("/_explorer", cancellationToken), StringComparison.Ordinal);
        var page = await client.GetStringAsync("/_explorer/lab/seen?query=SELECT+c.title+FROM+c", cancellationToken);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.Contains("could not be resolved", await client.GetStringAsync("/_explorer/lab/seen?query=SELECT+x+FROM+c", cancellationToken), StringComparison.Ordinal);
    }

    private async Task<(int Status, string Text, string? ETag)> FeedAsync(string container, string? position)
    {
        using var request = Signed(HttpMethod.Get, $"/dbs/lab/colls/{container}/docs", "docs", $"dbs/lab/colls/{container}", TimeSpan.Zero);
        request.Headers.Add("a-im", "Incremental Feed");
        if (position is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", position);
        return await AnswerAsync(request);
    }

    private async Task<(int Status, string Text)> SendAsync(HttpMethod method, string path, string type, string link, string? body, TimeSpan at = default)
    {
        using var request = Signed(method, path, type, link, at);
        request.Content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        var (status, text, _) = await AnswerAsync(request);
        return (status, text);
    }

    private async Task<(int Status, string Text, string? ETag)> AnswerAsync(HttpRequestMessage request)
    {
        using var client = new HttpClient { BaseAddress = _emulator.Address };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer.Headers.ETag?.ToString());
    }

    private static HttpRequestMessage Signed(HttpMethod method, string path, string type, string link, TimeSpan at)
    {
        var date = (TimeProvider.System.GetUtcNow() + at).ToString("r", CultureInfo.InvariantCulture);
        var text = $"{method.Method.ToLowerInvariant()}\n{type}\n{link}\n{date.ToLowerInvariant()}\n\n";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(CosmosEmulator.Key), Encoding.UTF8.GetBytes(text)));
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("x-ms-date", date);
        request.Headers.TryAddWithoutValidation("authorization", Uri.EscapeDataString($"type=master&ver=1.0&sig={signature}"));
        return request;
    }
}

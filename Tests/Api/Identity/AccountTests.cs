using System.Net;
using System.Text.Json.Nodes;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

public sealed class AccountTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private const string Addresses = "/api/v1/users/me/addresses";
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync() => _client = await api.ClientOfAsync($"{Guid.CreateVersion7():N}@example.org");

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_the_description_gives_as_an_example_can_be_registered_and_logged_in_with()
    {
        var paths = (await api.Client.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Body!["paths"]!;
        foreach (var (word, status) in new[] { ("register", HttpStatusCode.Accepted), ("login", HttpStatusCode.OK) })
        {
            var example = paths[$"/api/v1/auth/{word}"]!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]!;
            Assert.Equal(status, (await api.Client.SendAsync(HttpMethod.Post, $"/api/v1/auth/{word}", example)).Status);
        }
    }

    [Fact]
    public async Task A_name_is_changed_by_whoever_read_it_last()
    {
        var before = await _client.SendAsync(HttpMethod.Get, "/api/v1/users/me");

        (await _client.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { displayName = "Starbuck" })).AssertProblem(HttpStatusCode.PreconditionRequired);
        var changed = await _client.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { displayName = "Starbuck" }, ifMatch: before.ETag);
        (await _client.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { displayName = "Stubb" }, ifMatch: before.ETag)).AssertProblem(HttpStatusCode.PreconditionFailed);
        var after = await _client.SendAsync(HttpMethod.Get, "/api/v1/users/me");

        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal("Starbuck", after.Body!["displayName"]!.GetValue<string>());
        Assert.Equal(changed.ETag, after.ETag);
    }

    [Fact]
    public async Task Of_writers_with_one_etag_exactly_one_wins()
    {
        var etag = (await _client.SendAsync(HttpMethod.Get, "/api/v1/users/me")).ETag;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _client.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { displayName = $"Mate {i}" }, ifMatch: etag)));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a => a.AssertProblem(HttpStatusCode.PreconditionFailed));
    }

    [Theory]
    [InlineData("email", "\"other@example.org\"")]
    [InlineData("roles", "[\"admin\"]")]
    [InlineData("type", "\"teacher\"")]
    public async Task Nobody_promotes_themselves(string field, string value)
    {
        var body = new JsonObject { [field] = JsonNode.Parse(value) };

        (await _client.SendAsync(HttpMethod.Put, "/api/v1/users/me", body, ifMatch: "*")).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task An_address_is_added_read_changed_and_deleted()
    {
        var made = await _client.SendAsync(HttpMethod.Post, Addresses, Body());
        var read = await _client.SendAsync(HttpMethod.Get, made.Location!);
        var changed = await _client.SendAsync(HttpMethod.Put, made.Location!, Body(city: "Nantucket"), ifMatch: read.ETag);

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal(made.ETag, read.ETag);
        Assert.True(JsonNode.DeepEquals(made.Body, read.Body));
        Assert.Equal("Nantucket", changed.Body!["city"]!.GetValue<string>());
        (await _client.SendAsync(HttpMethod.Put, made.Location!, Body(), ifMatch: read.ETag)).AssertProblem(HttpStatusCode.PreconditionFailed);
        Assert.Equal(["Nantucket"], (await _client.ReadAsync(Addresses)).Items("city"));
        Assert.Equal(HttpStatusCode.NoContent, (await _client.SendAsync(HttpMethod.Delete, made.Location!, ifMatch: changed.ETag)).Status);
        (await _client.SendAsync(HttpMethod.Get, made.Location!)).AssertProblem(HttpStatusCode.NotFound);
        (await _client.SendAsync(HttpMethod.Delete, made.Location!, ifMatch: "*")).AssertProblem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_address_of_somebody_else_does_not_exist()
    {
        var made = await _client.SendAsync(HttpMethod.Post, Addresses, Body());
        using var other = await api.ClientOfAsync($"{Guid.CreateVersion7():N}@example.org", "admin");

        (await other.SendAsync(HttpMethod.Get, made.Location!)).AssertProblem(HttpStatusCode.NotFound);
        (await other.SendAsync(HttpMethod.Put, made.Location!, Body(), ifMatch: made.ETag)).AssertProblem(HttpStatusCode.NotFound);
        (await other.SendAsync(HttpMethod.Delete, made.Location!, ifMatch: made.ETag)).AssertProblem(HttpStatusCode.NotFound);
        Assert.Empty((await other.ReadAsync(Addresses)).Items("id"));
        Assert.Equal(HttpStatusCode.OK, (await _client.SendAsync(HttpMethod.Get, made.Location!)).Status);
    }

    [Theory]
    [InlineData("name", null)]
    [InlineData("name", " ")]
    [InlineData("line1", null)]
    [InlineData("city", "\u0000")]
    [InlineData("country", null)]
    [InlineData("country", "us")]
    [InlineData("country", "USA")]
    [InlineData("country", "US\n")]
    [InlineData("postalCode", "12345678901234567890123456789012345678901")]
    [InlineData("planet", "Earth")]
    public async Task A_bad_address_is_a_400_that_names_the_field(string field, string? value)
    {
        var body = Body();
        body[field] = value;

        (await _client.SendAsync(HttpMethod.Post, Addresses, body)).AssertProblem(HttpStatusCode.BadRequest, field);
    }

    [Fact]
    public async Task An_account_has_at_most_fifty_addresses_even_when_they_come_at_once()
    {
        for (var i = 0; i < 46; i++)
        {
            await _client.SendAsync(HttpMethod.Post, Addresses, Body());
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _client.SendAsync(HttpMethod.Post, Addresses, Body())));

        Assert.Equal(4, answers.Count(a => a.Status == HttpStatusCode.Created));
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => a.AssertProblem(HttpStatusCode.Conflict, "address"));
        Assert.Equal(50, (await _client.ReadAsync(Addresses)).Items("id").Count);
    }

    [Theory]
    [InlineData("GET", "/api/v1/users/me")]
    [InlineData("PUT", "/api/v1/users/me")]
    [InlineData("GET", "/api/v1/users/me/sessions")]
    [InlineData("GET", Addresses)]
    [InlineData("POST", Addresses)]
    [InlineData("DELETE", Addresses + "/0199f000-0000-7000-8000-0000000000aa")]
    [InlineData("POST", "/api/v1/auth/logout")]
    [InlineData("POST", "/api/v1/auth/logout-all")]
    public async Task A_stranger_has_no_account(string method, string address) =>
        (await api.Client.SendAsync(new HttpMethod(method), address)).AssertProblem(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task An_account_that_was_deleted_is_a_404_to_its_last_token()
    {
        await api.Database.ExecuteAsync("DELETE FROM identity.users WHERE email = $1", (await _client.ReadAsync("/api/v1/users/me"))["email"]!.GetValue<string>());

        (await _client.SendAsync(HttpMethod.Get, "/api/v1/users/me")).AssertProblem(HttpStatusCode.NotFound);
    }

    private static JsonObject Body(string city = "New Bedford") => new()
    {
        ["name"] = "Ishmael", ["line1"] = "Spouter Inn", ["city"] = city, ["country"] = "US",
    };
}

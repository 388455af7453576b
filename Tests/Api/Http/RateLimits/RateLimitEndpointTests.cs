using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http.RateLimits;

public sealed class RateLimitEndpointTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Limit = "5/1.00:00:00";

    [Theory]
    [InlineData("/api/v1/books?limit=1")]
    [InlineData("/api/v1/books?limit=none")]
    [InlineData("/api/v1/users/me")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/.well-known/jwks.json")]
    public async Task Whoever_asks_too_often_is_told_when_to_come_back(string address)
    {
        await using var host = LimitedApi.Host(api.Database, ("RateLimits:Address", Limit));
        using var client = host.ClientFrom(LimitedApi.NewAddress());
        using var other = host.ClientFrom(LimitedApi.NewAddress());
        for (var i = 0; i < 5; i++)
        {
            using var allowed = await client.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.NotEqual(HttpStatusCode.TooManyRequests, allowed.StatusCode);
        }

        using var refused = await client.GetAsync(address, TestContext.Current.CancellationToken);
        using var others = await other.GetAsync(address, TestContext.Current.CancellationToken);

        (await client.SendAsync(HttpMethod.Get, address)).AssertProblem(HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        var seconds = refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        Assert.InRange(seconds, 1, 86_400 / 5);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"\"Address\";r=0;t={seconds}"), Assert.Single(refused.Headers.GetValues("RateLimit")));
        Assert.Equal("\"Address\";q=5;w=86400", Assert.Single(refused.Headers.GetValues("RateLimit-Policy")));
        Assert.True(refused.Headers.CacheControl!.NoStore);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, others.StatusCode);
    }

    [Fact]
    public async Task All_processes_share_a_limit()
    {
        await using var here = LimitedApi.Host(api.Database, ("RateLimits:Address", "12/1.00:00:00"));
        await using var there = LimitedApi.Host(api.Database, ("RateLimits:Address", "12/1.00:00:00"));
        var address = LimitedApi.NewAddress();
        using var one = here.ClientFrom(address);
        using var other = there.ClientFrom(address);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : other).SendAsync(HttpMethod.Get, "/api/v1/books?limit=1")));

        Assert.Equal(12, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.Equal(8, answers.Count(a => a.Status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_user_has_the_same_limit_wherever_they_are_and_takes_nothing_from_others()
    {
        await using var host = LimitedApi.Host(api.Database, ("RateLimits:User", Limit), ("RateLimits:Address", Limit));
        using var member = await MemberAsync();
        using var another = await MemberAsync();
        var address = LimitedApi.NewAddress();
        using var here = host.ClientFrom(address);
        using var there = host.ClientFrom(LimitedApi.NewAddress());
        here.DefaultRequestHeaders.Authorization = there.DefaultRequestHeaders.Authorization = member.DefaultRequestHeaders.Authorization;
        using var neighbour = host.ClientFrom(address);
        neighbour.DefaultRequestHeaders.Authorization = another.DefaultRequestHeaders.Authorization;
        using var stranger = host.ClientFrom(address);

        using var first = await here.GetAsync("/api/v1/users/me", TestContext.Current.CancellationToken);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await there.SendAsync(HttpMethod.Get, "/api/v1/users/me")).Status);
        }

        Assert.Equal("\"User\";r=4", Assert.Single(first.Headers.GetValues("RateLimit")));
        (await here.SendAsync(HttpMethod.Get, "/api/v1/users/me")).AssertProblem(HttpStatusCode.TooManyRequests);
        (await there.SendAsync(HttpMethod.Get, "/api/v1/users/me")).AssertProblem(HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, (await neighbour.SendAsync(HttpMethod.Get, "/api/v1/users/me")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.SendAsync(HttpMethod.Get, "/api/v1/users/me")).Status);
    }

    [Fact]
    public async Task A_made_up_token_gives_nobody_another_bucket()
    {
        await using var host = LimitedApi.Host(api.Database, ("RateLimits:Address", Limit));
        using var client = host.ClientFrom(LimitedApi.NewAddress());
        var statuses = new List<HttpStatusCode>();

        for (var i = 0; i < 8; i++)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", $"eyJhbGciOiJFUzI1NiJ9.{i}.x");
            statuses.Add((await client.SendAsync(HttpMethod.Get, "/api/v1/users/me")).Status);
        }

        Assert.Equal(5, statuses.Count(s => s == HttpStatusCode.Unauthorized));
        Assert.Equal(3, statuses.Count(s => s == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task What_others_may_keep_says_nothing_of_who_asked()
    {
        await using var host = LimitedApi.Host(api.Database);
        using var client = host.ClientFrom(LimitedApi.NewAddress());

        using var answer = await client.GetAsync("/api/v1/books?limit=1", TestContext.Current.CancellationToken);

        Assert.True(answer.Headers.CacheControl!.Public);
        Assert.False(answer.Headers.Contains("RateLimit"));
        Assert.False(answer.Headers.Contains("RateLimit-Policy"));
    }

    [Theory]
    [InlineData("login", "LoginByAccount")]
    [InlineData("register", "RegisterByAccount")]
    public async Task Attempts_on_one_account_are_counted_from_wherever_they_come(string what, string rule)
    {
        await using var host = LimitedApi.Host(api.Database, ("RateLimits:" + rule, Limit));
        using var member = await MemberAsync();
        var known = (await member.ReadAsync("/api/v1/users/me"))["email"]!.GetValue<string>();

        var ofKnown = await AttemptsAsync(host, what, known, 8);
        var ofUnknown = await AttemptsAsync(host, what, $"{Guid.CreateVersion7():N}@example.org", 8);

        Assert.All([.. ofKnown[..5], .. ofUnknown[..5]], a => Assert.NotEqual(HttpStatusCode.TooManyRequests, a.Status));
        Assert.All([.. ofKnown[5..], .. ofUnknown[5..]], a => a.AssertProblem(HttpStatusCode.TooManyRequests));
    }

    [Theory]
    [InlineData("login", "LoginByAddress")]
    [InlineData("register", "RegisterByAddress")]
    public async Task Attempts_from_one_address_are_counted_whichever_account_they_are_on(string what, string rule)
    {
        await using var host = LimitedApi.Host(api.Database, ("RateLimits:" + rule, Limit));
        using var client = host.ClientFrom(LimitedApi.NewAddress());
        using var other = host.ClientFrom(LimitedApi.NewAddress());

        for (var i = 0; i < 5; i++)
        {
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await AttemptAsync(client, what, $"{Guid.CreateVersion7():N}@example.org")).Status);
        }

        (await AttemptAsync(client, what, $"{Guid.CreateVersion7():N}@example.org")).AssertProblem(HttpStatusCode.TooManyRequests);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, (await AttemptAsync(other, what, $"{Guid.CreateVersion7():N}@example.org")).Status);
    }

    [Fact]
    public async Task Upkeep_is_never_refused()
    {
        await using var host = LimitedApi.Host(api.Database, ("RateLimits:Address", "1/1.00:00:00"));
        using var client = host.ClientFrom(LimitedApi.NewAddress());
        await client.SendAsync(HttpMethod.Get, "/api/v1/books?limit=1");
        (await client.SendAsync(HttpMethod.Get, "/api/v1/books?limit=1")).AssertProblem(HttpStatusCode.TooManyRequests);

        foreach (var address in new[] { "/alive", "/health", "/metrics" })
        {
            using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Contains("platform_ratelimits_refused_total{rule=\"Address\"}", await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_can_be_off()
    {
        await using var host = LimitedApi.Host(api.Database, ("RateLimits:Address", "off"));
        using var client = host.ClientFrom(LimitedApi.NewAddress());

        using var answer = await client.GetAsync("/api/v1/users/me", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("RateLimit"));
    }

    [Fact]
    public async Task Without_Redis_requests_are_answered_and_limited()
    {
        await using var host = LimitedApi.Host(api.Database, ("ConnectionStrings:redis", "127.0.0.1:1,connectTimeout=200"), ("RateLimits:Address", Limit));
        using var client = host.ClientFrom(LimitedApi.NewAddress());

        var answers = new List<CatalogClient.Answer>();
        for (var i = 0; i < 8; i++)
        {
            answers.Add(await client.SendAsync(HttpMethod.Get, "/api/v1/books?limit=1"));
        }

        Assert.All(answers[..5], a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.All(answers[5..], a => a.AssertProblem(HttpStatusCode.TooManyRequests));
    }

    // Each from another address.
    private static async Task<CatalogClient.Answer[]> AttemptsAsync(WebApplicationFactory<Program> host, string what, string email, int count)
    {
        var answers = new CatalogClient.Answer[count];
        for (var i = 0; i < count; i++)
        {
            using var client = host.ClientFrom(LimitedApi.NewAddress());
            answers[i] = await AttemptAsync(client, what, i % 2 == 0 ? email : email.ToUpperInvariant());
        }

        return answers;
    }

    private static Task<CatalogClient.Answer> AttemptAsync(HttpClient client, string what, string email) =>
        client.SendAsync(HttpMethod.Post, "/api/v1/auth/" + what, JsonContent.Create(new { email, password = "not the right one" }));

    private Task<HttpClient> MemberAsync() => api.ClientOfAsync($"{Guid.CreateVersion7():N}@example.org");
}

using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http.Edge;

public sealed class SecurityHeaderTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("/api/v1/books?limit=1", HttpStatusCode.OK)]
    [InlineData("/api/v1/books?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/books/0198c1b4-2b7c-7a3e-8d2c-000000000000", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/users/me", HttpStatusCode.Unauthorized)]
    [InlineData("/nothing", HttpStatusCode.NotFound)]
    [InlineData("/openapi/v1.json", HttpStatusCode.OK)]
    [InlineData("/alive", HttpStatusCode.OK)]
    public async Task Data_runs_nothing_and_is_framed_by_nobody(string address, HttpStatusCode status)
    {
        using var answer = await api.Client.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
        AssertProtected(answer);
    }

    [Fact]
    public async Task So_it_is_when_a_request_fails()
    {
        await using var host = ApiFixture.Host(api.Database, ("ConnectionStrings:platform", "Host=127.0.0.1;Port=1;Username=platform_app;Password=x;Database=platform"));
        using var client = host.CreateClient();

        using var answer = await client.GetAsync($"/api/v1/books/{Guid.CreateVersion7()}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        AssertProtected(answer);
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs/docs.js")]
    public async Task The_pages_for_people_run_their_own_script(string address)
    {
        using var answer = await api.Client.GetAsync(address, TestContext.Current.CancellationToken);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory]
    [InlineData("Production", "https://api.example.org", true)]
    [InlineData("Production", "http://api.example.org", false)]
    [InlineData("Development", "https://api.example.org", false)]
    public async Task A_browser_that_came_by_https_stays_there(string environment, string origin, bool isTold)
    {
        await using var host = ApiFixture.Host(api.Database, ("environment", environment));
        using var client = host.CreateClient(new WebApplicationFactoryClientOptions { BaseAddress = new Uri(origin) });

        using var answer = await client.GetAsync("/alive", TestContext.Current.CancellationToken);

        Assert.Equal(isTold, answer.Headers.TryGetValues("Strict-Transport-Security", out var told) && told.Single() == "max-age=31536000");
    }

    private static void AssertProtected(HttpResponseMessage answer)
    {
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }
}

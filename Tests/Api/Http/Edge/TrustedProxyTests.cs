using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Http.RateLimits;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http.Edge;

public sealed class TrustedProxyTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Proxy = "203.0.113.7";

    [Theory]
    [InlineData(Proxy, "192.0.2.10", "192.0.2.11")]
    [InlineData("203.0.113.0/24", "192.0.2.12", "192.0.2.13")]
    public async Task Behind_a_trusted_proxy_clients_have_their_own_addresses(string trusted, string one, string other)
    {
        await using var host = Host(("Proxies:Trusted", $"192.0.2.1, {trusted}"));

        Assert.Equal("1 1 0", await AllowedAsync(host, Proxy, one, other, one));
    }

    [Fact]
    public async Task What_a_client_says_of_itself_counts_for_nothing()
    {
        await using var host = Host(("Proxies:Trusted", Proxy));

        // The last one is what the proxy saw.
        Assert.Equal("1 0 0", await AllowedAsync(host, Proxy, "10.1.1.1, 192.0.2.20", "10.2.2.2, 192.0.2.20", "nonsense, 192.0.2.20"));
    }

    [Fact]
    public async Task Through_a_chain_of_trusted_proxies_the_first_that_is_not_is_the_client()
    {
        await using var host = Host(("Proxies:Trusted", $"{Proxy}, 10.0.0.0/8"));

        Assert.Equal("1 0 1", await AllowedAsync(host, Proxy, "192.0.2.30, 10.0.0.1", "192.0.2.30, 10.0.0.2", "192.0.2.31, 10.0.0.1"));
    }

    [Fact]
    public async Task Of_anybody_else_it_is_not_looked_at()
    {
        await using var trusting = Host(("Proxies:Trusted", Proxy));
        await using var trustless = Host();

        Assert.Equal("1 0 0", await AllowedAsync(trusting, "203.0.113.40", "192.0.2.40", "192.0.2.41", "192.0.2.42"));
        Assert.Equal("1 0 0", await AllowedAsync(trustless, "203.0.113.41", "192.0.2.43", "192.0.2.44", "192.0.2.45"));
    }

    private WebApplicationFactory<Program> Host(params (string Key, string Value)[] settings) =>
        LimitedApi.Host(api.Database, [("RateLimits:Address", "1/1.00:00:00"), .. settings]);

    private static async Task<string> AllowedAsync(WebApplicationFactory<Program> host, string from, params string[] forwardedFor)
    {
        var allowed = new List<int>();
        foreach (var forwarded in forwardedFor)
        {
            using var client = host.ClientFrom(from);
            client.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", forwarded);
            allowed.Add((await client.SendAsync(HttpMethod.Get, "/api/v1/books?limit=1")).Status == HttpStatusCode.OK ? 1 : 0);
        }

        return string.Join(' ', allowed);
    }
}

using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http.Edge;

public sealed class CrossOriginTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private const string Shop = "https://shop.example.org";
    private const string Public = "/api/v1/books?limit=1";
    private const string Personal = "/api/v1/users/me";
    private WebApplicationFactory<Program> _one = null!;
    private WebApplicationFactory<Program> _two = null!;

    public ValueTask InitializeAsync()
    {
        _one = ApiFixture.Host(api.Database, ("Cors:Origins", Shop));
        _two = ApiFixture.Host(api.Database, ("Cors:Origins", $"{Shop}, http://localhost:3000"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Theory]
    [InlineData(Public)]
    [InlineData(Personal)]
    [InlineData("/api/v1/nothing")]
    public async Task A_page_of_a_named_origin_reads_the_answer(string address)
    {
        foreach (var host in new[] { _one, _two })
        {
            using var answer = await AskAsync(host, HttpMethod.Get, address, Shop);

            Assert.Equal(Shop, Says(answer, "Access-Control-Allow-Origin"));
            Assert.Equal("true", Says(answer, "Access-Control-Allow-Credentials"));
            Assert.Contains("ETag", Says(answer, "Access-Control-Expose-Headers")!, StringComparison.Ordinal);
            Assert.Equal("Origin", Says(answer, "Vary"));
        }
    }

    [Theory]
    [InlineData(Public, "https://evil.example.org")]
    [InlineData(Public, "null")]
    [InlineData(Public, "http://shop.example.org")]
    [InlineData(Public, "https://shop.example.org.evil.org")]
    [InlineData(Personal, "https://evil.example.org")]
    [InlineData(Public, null)]
    [InlineData(Personal, null)]
    public async Task Others_are_told_nothing_and_whoever_keeps_the_answer_knows_that_it_depends(string address, string? origin)
    {
        foreach (var host in new[] { _one, _two })
        {
            using var answer = await AskAsync(host, HttpMethod.Get, address, origin);

            Assert.Null(Says(answer, "Access-Control-Allow-Origin"));
            Assert.Equal("Origin", Says(answer, "Vary"));
        }
    }

    [Fact]
    public async Task A_browser_may_ask_first()
    {
        using var answer = await AskAsync(_two, HttpMethod.Options, Personal, "http://localhost:3000", ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "authorization,if-match,content-type"));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("http://localhost:3000", Says(answer, "Access-Control-Allow-Origin"));
        Assert.Contains("PUT", Says(answer, "Access-Control-Allow-Methods")!, StringComparison.Ordinal);
        Assert.Contains("If-Match", Says(answer, "Access-Control-Allow-Headers")!, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("3600", Says(answer, "Access-Control-Max-Age"));
    }

    [Theory]
    [InlineData("https://evil.example.org", "PUT", "authorization")]
    public async Task And_is_told_no(string origin, string method, string headers)
    {
        using var answer = await AskAsync(_two, HttpMethod.Options, Personal, origin, ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", headers));

        Assert.Null(Says(answer, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Without_the_setting_no_origin_is_named()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Public) { Headers = { { "Origin", Shop } } };
        using var answer = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(Says(answer, "Access-Control-Allow-Origin"));
        Assert.Null(Says(answer, "Vary"));
    }

    private static async Task<HttpResponseMessage> AskAsync(WebApplicationFactory<Program> host, HttpMethod method, string address, string? origin, params (string Name, string Value)[] headers)
    {
        using var client = host.CreateClient();
        using var request = new HttpRequestMessage(method, address);
        foreach (var (name, value) in origin is null ? headers : [("Origin", origin), .. headers])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string? Says(HttpResponseMessage answer, string header) => answer.Headers.TryGetValues(header, out var values) ? string.Join(", ", values) : null;
}

using System.Net;
using System.Net.Http.Json;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http;

/// <summary>What is not a public answer is kept by nobody.</summary>
public sealed class NotStoredTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("GET", "books/not-an-id", HttpStatusCode.BadRequest)]
    [InlineData("GET", "books?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("GET", "books/01890a5d-ac96-774b-bcce-b302099a8057", HttpStatusCode.NotFound)]
    [InlineData("HEAD", "books/01890a5d-ac96-774b-bcce-b302099a8057", HttpStatusCode.NotFound)]
    [InlineData("GET", "nothing", HttpStatusCode.NotFound)]
    [InlineData("PATCH", "books", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "books/01890a5d-ac96-774b-bcce-b302099a8057", HttpStatusCode.NotFound)]
    public async Task A_problem_says_no_store(string method, string address, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{address}");

        using var answer = await api.Admin.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl?.NoStore, answer.Says("Cache-Control"));
        Assert.Null(answer.Headers.ETag);
    }

    [Fact]
    public async Task A_strangers_write_says_no_store()
    {
        using var answer = await api.Client.PostAsJsonAsync("/api/v1/authors", new { name = "Nobody" }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("no-store", answer.Says("Cache-Control"));
    }

    [Fact]
    public async Task Writes_say_no_store_and_nothing_of_the_cache()
    {
        using var made = await api.Admin.PostAsJsonAsync("/api/v1/authors", new { name = "Herman Melville" }, TestContext.Current.CancellationToken);
        using var replace = new HttpRequestMessage(HttpMethod.Put, made.Headers.Location) { Content = JsonContent.Create(new { name = "H. Melville" }), Headers = { { "If-Match", "*" } } };
        using var replaced = await api.Admin.SendAsync(replace, TestContext.Current.CancellationToken);
        using var delete = new HttpRequestMessage(HttpMethod.Delete, made.Headers.Location) { Headers = { { "If-Match", "*" } } };
        using var deleted = await api.Admin.SendAsync(delete, TestContext.Current.CancellationToken);

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.NoContent], [made.StatusCode, replaced.StatusCode, deleted.StatusCode]);
        Assert.All([made, replaced, deleted], answer => Assert.Equal("no-store", answer.Says("Cache-Control")));
        Assert.All([made, replaced, deleted], answer => Assert.Null(answer.Says("Cache-Status")));
    }
}

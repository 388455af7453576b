using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

/// <summary>Whatever is sent to an endpoint of accounts, the answer is a problem of the client's.</summary>
public sealed class AccountInputTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private HttpClient _member = null!;

    public async ValueTask InitializeAsync() => _member = await api.ClientOfAsync($"{Guid.CreateVersion7():N}@example.org");

    public ValueTask DisposeAsync()
    {
        _member.Dispose();
        return ValueTask.CompletedTask;
    }

    // Of each: the address, and a field that is a text.
    public static TheoryData<string, string, string> Bodies => new()
    {
        { "POST", "/api/v1/auth/register", "email" },
        { "POST", "/api/v1/auth/login", "email" },
        { "POST", "/api/v1/auth/refresh", "refreshToken" },
        { "PUT", "/api/v1/users/me", "displayName" },
        { "POST", "/api/v1/users/me/password", "newPassword" },
        { "POST", "/api/v1/users/me/addresses", "city" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_none_of_ours_is_refused(string method, string address, string field)
    {
        foreach (var body in new[] { "", "null", "[]", "{", "\"text\"", $"{{\"{field}\":5}}", $"{{\"{field}\":[\"x\"]}}", $"{{\"{field}\":\"a\",\"{field}\":\"b\"}}", $"{{\"{field}\":\"\\ud800\"}}", "{\"isAdmin\":true}" })
        {
            var answer = await SendAsync(method, address, body);
            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{body}: {answer.Status}");
            answer.AssertProblem(HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_too_long_or_no_json_is_refused(string method, string address, string field)
    {
        (await SendAsync(method, address, $"{field}=x", "application/x-www-form-urlencoded")).AssertProblem(HttpStatusCode.UnsupportedMediaType);
        Assert.Contains((await SendAsync(method, address, $"{{\"{field}\":\"{new string('x', 100_000)}\"}}")).Status, new[] { HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized });
    }

    [Theory]
    [InlineData("GET", "/api/v1/users/me/addresses/not-an-id", HttpStatusCode.BadRequest)]
    [InlineData("DELETE", "/api/v1/users/me/addresses/0198c1b4-2b7c-7a3e-8d2c-000000000000", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/users/not-an-id", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/api/v1/auth/login", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/v1/auth/nothing", HttpStatusCode.NotFound)]
    [InlineData("PATCH", "/api/v1/users/me", HttpStatusCode.MethodNotAllowed)]
    public async Task An_address_that_leads_nowhere_says_so(string method, string address, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var answer = await _member.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    private async Task<CatalogClient.Answer> SendAsync(string method, string address, string body, string type = "application/json") =>
        await _member.SendAsync(new HttpMethod(method), address, new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse(type)), ifMatch: "*");
}

using System.Net;
using System.Net.Http.Headers;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

public sealed class PasswordChangeTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private const string Address = "/api/v1/users/me/password";
    private const string Next = "another secret, as long";
    private readonly string _email = $"{Guid.CreateVersion7():N}@example.org";
    private readonly HttpClient _client = api.NewClient();
    private string _refreshToken = null!;

    public async ValueTask InitializeAsync() => (_, _refreshToken) = await _client.RegisterAsync(api.Database, _email);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_new_password_ends_every_session_and_opens_one()
    {
        using var elsewhere = api.NewClient();
        await elsewhere.LogInAsync(_email);
        await elsewhere.ReadAsync("/api/v1/users/me");

        var changed = await ChangeAsync(Accounts.Password, Next);

        Assert.Equal(HttpStatusCode.OK, changed.Status);
        foreach (var ended in new[] { _client, elsewhere })
        {
            (await ended.SendAsync(HttpMethod.Get, "/api/v1/users/me")).AssertProblem(HttpStatusCode.Unauthorized);
        }

        (await api.Client.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new { refreshToken = _refreshToken })).AssertProblem(HttpStatusCode.Unauthorized);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", changed.Body!["accessToken"]!.GetValue<string>());
        Assert.Single((await _client.ReadAsync("/api/v1/users/me/sessions"))["items"]!.AsArray());
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await LogInAsync(Accounts.Password), await LogInAsync(Next)));
    }

    [Fact]
    public async Task Of_changes_at_once_one_wins()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => ChangeAsync(Accounts.Password, $"{Next} {n}")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        var logins = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => LogInAsync($"{Next} {n}")));
        Assert.Equal(answers.Select(answer => answer.Status == HttpStatusCode.OK), logins.Select(status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Wrong_passwords_count_like_those_of_logins_and_then_the_right_one_is_refused_too()
    {
        for (var i = 0; i < 10; i++)
        {
            (await ChangeAsync("wrong", Next)).AssertProblem(HttpStatusCode.BadRequest, "currentPassword");
        }

        (await ChangeAsync(Accounts.Password, Next)).AssertProblem(HttpStatusCode.BadRequest, "currentPassword");
        Assert.Equal(HttpStatusCode.Unauthorized, await LogInAsync(Accounts.Password));
        // Nobody is put out by somebody else's guesses.
        Assert.Equal(HttpStatusCode.OK, (await _client.SendAsync(HttpMethod.Get, "/api/v1/users/me")).Status);
    }

    [Theory]
    [InlineData(null, Next, "currentPassword")]
    [InlineData(Accounts.Password, null, "newPassword")]
    [InlineData(Accounts.Password, "", "newPassword")]
    [InlineData(Accounts.Password, "elevenchars", "newPassword")]
    [InlineData(Accounts.Password, "passwordpassword", "newPassword")]
    [InlineData(Accounts.Password, "nul is \u0000 no letter", "newPassword")]
    [InlineData(Accounts.Password, Accounts.Password, "newPassword")]
    public async Task A_bad_change_is_a_400_that_names_the_field(string? current, string? next, string field) =>
        (await ChangeAsync(current, next)).AssertProblem(HttpStatusCode.BadRequest, field);

    [Fact]
    public async Task A_password_of_ones_own_address_is_refused() =>
        (await ChangeAsync(Accounts.Password, $"{_email} and more")).AssertProblem(HttpStatusCode.BadRequest, "newPassword");

    [Fact]
    public async Task A_stranger_changes_nothing() =>
        (await api.Client.SendAsync(HttpMethod.Post, Address, new { currentPassword = Accounts.Password, newPassword = Next })).AssertProblem(HttpStatusCode.Unauthorized);

    private Task<CatalogClient.Answer> ChangeAsync(string? current, string? next) =>
        _client.SendAsync(HttpMethod.Post, Address, new { currentPassword = current, newPassword = next });

    private async Task<HttpStatusCode> LogInAsync(string password) =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email = _email, password })).Status;
}

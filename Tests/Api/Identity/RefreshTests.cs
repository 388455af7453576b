using System.Net;
using System.Text.Json.Nodes;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

public sealed class RefreshTests(ApiFixture api) : IClassFixture<ApiFixture>, IDisposable
{
    private readonly HttpClient _client = api.NewClient();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_refresh_token_is_exchanged_for_new_tokens_again_and_again()
    {
        var token = await RegisterAsync();

        for (var i = 0; i < 3; i++)
        {
            var answer = await RefreshAsync(token);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal("Bearer", answer.Body!["tokenType"]!.GetValue<string>());
            Assert.Equal(1800, answer.Body["expiresIn"]!.GetValue<int>());
            Assert.NotEqual(token, Next(answer));
            token = Next(answer);
            _client.DefaultRequestHeaders.Authorization = new("Bearer", answer.Body["accessToken"]!.GetValue<string>());
            Assert.Equal(HttpStatusCode.OK, (await _client.SendAsync(HttpMethod.Get, "/api/v1/users/me")).Status);
        }
    }

    [Fact]
    public async Task Of_refreshes_at_once_one_wins_the_others_are_told_so_and_the_family_lives()
    {
        var token = await RegisterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefreshAsync(token)));

        var winner = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != winner), a => a.AssertProblem(HttpStatusCode.Conflict));
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(Next(winner))).Status);
    }

    [Fact]
    public async Task A_replaced_token_that_comes_again_ends_the_family()
    {
        var stolen = await RegisterAsync();
        var second = Next(await RefreshAsync(stolen));
        await api.Database.ExecuteAsync("UPDATE identity.refresh_tokens SET rotated_at = rotated_at - interval '11 seconds' WHERE rotated_at IS NOT NULL");

        (await RefreshAsync(stolen)).AssertProblem(HttpStatusCode.Unauthorized);

        (await RefreshAsync(second)).AssertProblem(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Another_session_of_the_account_survives()
    {
        var stolen = await RegisterAsync();
        var email = (await _client.ReadAsync("/api/v1/users/me"))["email"]!.GetValue<string>();
        var other = await _client.LogInAsync(email);
        await RefreshAsync(stolen);
        await api.Database.ExecuteAsync("UPDATE identity.refresh_tokens SET rotated_at = rotated_at - interval '11 seconds' WHERE rotated_at IS NOT NULL");
        await RefreshAsync(stolen);

        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(other)).Status);
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        var token = await RegisterAsync();
        await api.Database.ExecuteAsync("UPDATE identity.sessions SET expires_at = now() - interval '1 second'");

        (await RefreshAsync(token)).AssertProblem(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nothing_but_its_hash_is_stored()
    {
        var token = await RegisterAsync();

        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(token);
        Assert.Equal(1, await api.Database.ScalarAsync<long>("SELECT count(*) FROM identity.refresh_tokens WHERE hash = sha256($1)", bytes));
        Assert.Equal(0, await api.Database.ScalarAsync<long>("SELECT count(*) FROM identity.refresh_tokens WHERE hash = $1 OR encode(hash, 'base64') LIKE $2", bytes, token));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_refresh_without_a_token_is_a_400(string? token) =>
        (await _client.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new { refreshToken = token })).AssertProblem(HttpStatusCode.BadRequest, "refreshToken");

    [Fact]
    public async Task Garbage_and_the_token_of_another_user_are_refused()
    {
        var token = await RegisterAsync();
        using var other = api.NewClient();
        var others = await RegisterAsync(other);

        // The others' id with this one's secret, and the reverse: 16 bytes are 21 characters and a bit.
        foreach (var forged in new[] { "x", token + "A", token[..^1], token + "=", new string('A', 64), new string('!', 64), others[..21] + token[21..], others[..22] + token[22..], token[..^1] + (token[^1] == 'A' ? 'B' : 'A') })
        {
            (await RefreshAsync(forged)).AssertProblem(HttpStatusCode.Unauthorized);
        }

        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(token)).Status);
    }

    [Fact]
    public async Task A_long_name_of_a_client_is_cut_between_characters()
    {
        await RegisterAsync();
        var email = (await _client.ReadAsync("/api/v1/users/me"))["email"]!.GetValue<string>();
        _client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", new string('a', 199) + "🐋 and more");

        await _client.LogInAsync(email);

        var agents = (await _client.ReadAsync("/api/v1/users/me/sessions"))["items"]!.AsArray().Select(s => s!["userAgent"]?.GetValue<string>());
        Assert.Equal([new string('a', 199), null], agents);
    }

    [Fact]
    public async Task A_logout_ends_this_session_and_logout_all_every_one()
    {
        var first = await RegisterAsync();
        var email = (await _client.ReadAsync("/api/v1/users/me"))["email"]!.GetValue<string>();
        using var elsewhere = api.NewClient();
        var second = await elsewhere.LogInAsync(email);
        var sessions = (await elsewhere.ReadAsync("/api/v1/users/me/sessions"))["items"]!.AsArray();
        Assert.Equal([true, false], sessions.Select(s => s!["isCurrent"]!.GetValue<bool>()));

        Assert.Equal(HttpStatusCode.NoContent, (await _client.SendAsync(HttpMethod.Post, "/api/v1/auth/logout")).Status);
        (await RefreshAsync(first)).AssertProblem(HttpStatusCode.Unauthorized);
        Assert.Single((await elsewhere.ReadAsync("/api/v1/users/me/sessions"))["items"]!.AsArray());
        var third = await _client.LogInAsync(email);
        Assert.Equal(HttpStatusCode.NoContent, (await elsewhere.SendAsync(HttpMethod.Post, "/api/v1/auth/logout-all")).Status);

        (await RefreshAsync(second)).AssertProblem(HttpStatusCode.Unauthorized);
        (await RefreshAsync(third)).AssertProblem(HttpStatusCode.Unauthorized);
    }

    private static string Next(CatalogClient.Answer answer) => answer.Body!["refreshToken"]!.GetValue<string>();

    private Task<string> RegisterAsync() => RegisterAsync(_client);

    private async Task<string> RegisterAsync(HttpClient client) => (await client.RegisterAsync(api.Database, $"{Guid.CreateVersion7():N}@example.org")).RefreshToken;

    private Task<CatalogClient.Answer> RefreshAsync(string token) => api.Client.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new JsonObject { ["refreshToken"] = token });
}

using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Identity.Accounts;
using Platform.Api.Identity.Tokens;
using Platform.ServiceDefaults.Tokens;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

public sealed class LoginTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Ishmael = "Ishmael@Example.org";

    [Fact]
    public async Task Whoever_registers_can_log_in_in_any_case_and_is_a_member()
    {
        var email = NewEmail();
        var made = await RegisterAsync(email, displayName: "  Queequeg ");
        using var client = api.NewClient();
        await client.LogInAsync(email.ToUpperInvariant());

        var me = await client.SendAsync(HttpMethod.Get, "/api/v1/users/me");

        Assert.Equal(HttpStatusCode.Accepted, made.Status);
        Assert.Equal(email, me.Body!["email"]!.GetValue<string>());
        Assert.Equal("Queequeg", me.Body["displayName"]!.GetValue<string>());
        Assert.Equal("reader", me.Body["type"]!.GetValue<string>());
        Assert.Equal("[\"member\"]", me.Body["roles"]!.ToJsonString());
    }

    [Fact]
    public async Task An_address_has_one_account_however_it_is_written_and_nobody_is_told()
    {
        var first = await RegisterAsync(Ishmael, displayName: "Ishmael");
        var again = await RegisterAsync(Ishmael, displayName: "Ahab");
        var inCapitals = await SendAsync("register", new { email = Ishmael.ToUpperInvariant(), password = "another long secret" });

        Assert.Equal(first.Body!.ToJsonString(), again.Body!.ToJsonString());
        Assert.All([first, again, inCapitals], a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        Assert.Equal((1, "Ishmael"), await AccountsAsync(Ishmael));
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync(Ishmael, Accounts.Password)).Status);
        (await LogInAsync(Ishmael, "another long secret")).AssertProblem(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Of_registrations_at_once_with_one_address_one_is_made()
    {
        var email = NewEmail();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RegisterAsync(email, displayName: $"Mate {i}")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        Assert.Equal(1, (await AccountsAsync(email)).Count);
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync(email, Accounts.Password)).Status);
    }

    [Fact]
    public async Task The_owner_of_an_address_that_is_registered_again_can_be_told_of_it()
    {
        var email = NewEmail();
        await RegisterAsync(email);
        var slot = $"limits_{Environment.ProcessId}";
        await api.Database.ExecuteAsync($"SELECT pg_create_logical_replication_slot('{slot}', 'test_decoding', temporary => false)");
        try
        {
            await RegisterAsync(email);

            var message = await api.Database.ScalarAsync<string>($"SELECT data FROM pg_logical_slot_get_changes('{slot}', NULL, NULL) WHERE data LIKE '%{Registration.Message}%'");
            var owner = await api.Database.ScalarAsync<Guid>("SELECT id FROM identity.users WHERE email = $1", email);
            Assert.EndsWith($"{{\"userId\":\"{owner}\",\"made\":false}}", message, StringComparison.Ordinal);
        }
        finally
        {
            await api.Database.ExecuteAsync($"SELECT pg_drop_replication_slot('{slot}')");
        }
    }

    [Theory]
    [InlineData(null, "quite a long secret", "email")]
    [InlineData("", "quite a long secret", "email")]
    [InlineData("ahab", "quite a long secret", "email")]
    [InlineData("ahab@", "quite a long secret", "email")]
    [InlineData("a hab@example.org", "quite a long secret", "email")]
    [InlineData("ahab@pequod@example.org", "quite a long secret", "email")]
    [InlineData("ahab@example..org", "quite a long secret", "email")]
    [InlineData("ahab\u0000@example.org", "quite a long secret", "email")]
    [InlineData("ahab\u200b@example.org", "quite a long secret", "email")]
    [InlineData("captain.ahab@example.org", null, "password")]
    [InlineData("captain.ahab@example.org", "elevenchars", "password")]
    [InlineData("captain.ahab@example.org", "passwordpassword", "password")]
    [InlineData("captain.ahab@example.org", "Password-1234", "password")]
    [InlineData("captain.ahab@example.org", "aaaaaaaaaaaaaaaa", "password")]
    [InlineData("captain.ahab@example.org", "abababababababab", "password")]
    [InlineData("captain.ahab@example.org", "my captain-AHAB 77", "password")]
    [InlineData("captain.ahab@example.org", "the Peleg secrets", "password")]
    [InlineData("captain.ahab@example.org", "nul is \u0000 no letter", "password")]
    public async Task A_bad_account_is_a_400_that_names_the_field(string? email, string? password, string field) =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/v1/auth/register", new { email, password, displayName = "Peleg" })).AssertProblem(HttpStatusCode.BadRequest, field);

    [Fact]
    public async Task What_is_too_long_is_a_400()
    {
        (await RegisterAsync(new string('a', 250) + "@example.org")).AssertProblem(HttpStatusCode.BadRequest, "email");
        (await RegisterAsync(NewEmail(), displayName: new string('a', 101))).AssertProblem(HttpStatusCode.BadRequest, "displayName");
        (await SendAsync("register", new { email = NewEmail(), password = new string('a', 257) })).AssertProblem(HttpStatusCode.BadRequest, "password");
        (await SendAsync("login", new { email = NewEmail(), password = new string('a', 257) })).AssertProblem(HttpStatusCode.BadRequest, "password");
        (await SendAsync("login", new { email = "", password = "" })).AssertProblem(HttpStatusCode.BadRequest, "email");
        (await SendAsync("register", new { email = NewEmail(), password = Accounts.Password, roles = new[] { "admin" } })).AssertProblem(HttpStatusCode.BadRequest, "roles");
    }

    [Fact]
    public async Task Unknown_address_wrong_password_and_locked_account_are_answered_alike()
    {
        var email = NewEmail();
        await RegisterAsync(email);

        var unknown = await LogInAsync(NewEmail(), Accounts.Password);
        var wrong = await LogInAsync(email, Accounts.Password + "!");
        for (var i = 1; i < 10; i++)
        {
            await LogInAsync(email, "wrong");
        }

        var locked = await LogInAsync(email, Accounts.Password);

        Assert.All([unknown, wrong, locked], a => a.AssertProblem(HttpStatusCode.Unauthorized));
        Assert.Single(new[] { unknown, wrong, locked }.Select(a => a.Body!["detail"]!.GetValue<string>()).Distinct());
    }

    [Fact]
    public async Task Ten_wrong_passwords_in_a_row_lock_an_account_for_a_time()
    {
        var email = NewEmail();
        await RegisterAsync(email);
        for (var i = 0; i < 9; i++)
        {
            await LogInAsync(email, "wrong");
        }

        Assert.Equal(HttpStatusCode.OK, (await LogInAsync(email, Accounts.Password)).Status);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => LogInAsync(email, "wrong")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await LogInAsync(email, Accounts.Password)).Status);
        await api.Database.ExecuteAsync("UPDATE identity.users SET lockout_end = now() WHERE email = $1", email);
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync(email, Accounts.Password)).Status);
    }

    [Fact]
    public async Task A_password_hashed_with_fewer_rounds_is_hashed_again_at_login()
    {
        var email = NewEmail();
        await RegisterAsync(email);
        var before = await HashAsync(email);
        await using var host = ApiFixture.Host(api.Database, ("Identity:HashIterations", "11000"));
        using var client = host.CreateClient();

        await client.LogInAsync(email);
        var after = await HashAsync(email);
        await client.LogInAsync(email);

        Assert.NotEqual(before, after);
        Assert.Equal(after, await HashAsync(email));
    }

    [Fact]
    public async Task A_reader_who_was_imported_cannot_log_in()
    {
        await api.Database.ExecuteAsync("""
            INSERT INTO identity.users (id, user_name, normalized_user_name, created_at, access_failed_count, email_confirmed, lockout_enabled)
            VALUES (gen_random_uuid(), 'imported-1', 'IMPORTED-1', now(), 0, false, false)
            """);

        (await LogInAsync("imported-1", "anything at all")).AssertProblem(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("Basic YTpi", false)]
    [InlineData("Bearer", false)]
    [InlineData("Bearer x", true)]
    [InlineData("Bearer a.b.c", true)]
    [InlineData("bearer eyJhbGciOiJub25lIn0.e30.", true)]
    public async Task Without_a_good_token_the_answer_says_how_to_get_in(string? authorization, bool isInvalid)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var response = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var challenge = Assert.Single(response.Headers.WwwAuthenticate);
        Assert.Equal("Bearer", challenge.Scheme);
        Assert.Equal(isInvalid, challenge.Parameter!.Contains("error=\"invalid_token\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_of_another_installation_is_refused()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        var key = new VerificationKey(pair.ExportSubjectPublicKeyInfo(), pair.ExportPkcs8PrivateKey(), now, now.AddDays(1));
        using var client = api.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer",
            new AccessToken(Guid.CreateVersion7(), Guid.CreateVersion7(), ["admin"], now, now + AccessToken.Lifetime).Sign(key));

        (await client.SendAsync(HttpMethod.Get, "/api/v1/diagnostics/cache")).AssertProblem(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_whose_time_is_up_is_refused_and_the_answer_says_so()
    {
        var key = await api.Services.GetRequiredService<SigningKeys>().SigningKeyAsync(TestContext.Current.CancellationToken);
        var longAgo = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()) - TimeSpan.FromHours(1);
        using var client = api.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer",
            new AccessToken(Guid.CreateVersion7(), Guid.CreateVersion7(), [], longAgo, longAgo + AccessToken.Lifetime).Sign(key));

        using var response = await client.GetAsync("/api/v1/users/me", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var challenge = Assert.Single(response.Headers.WwwAuthenticate).Parameter!;
        Assert.Contains("error=\"invalid_token\"", challenge, StringComparison.Ordinal);
        Assert.Contains("expired", challenge, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_one_process_issued_is_good_at_every_other()
    {
        using var here = await api.ClientOfAsync(NewEmail());
        await using var other = ApiFixture.Host(api.Database);
        using var there = other.CreateClient();
        there.DefaultRequestHeaders.Authorization = here.DefaultRequestHeaders.Authorization;

        Assert.Equal(HttpStatusCode.OK, (await there.SendAsync(HttpMethod.Get, "/api/v1/users/me")).Status);
    }

    [Fact]
    public async Task A_member_may_not_do_what_administrators_may()
    {
        using var member = await api.ClientOfAsync(NewEmail());
        using var librarian = await api.ClientOfAsync(NewEmail(), "librarian");
        using var admin = await api.ClientOfAsync(NewEmail(), "admin");

        (await member.SendAsync(HttpMethod.Get, "/api/v1/diagnostics/cache")).AssertProblem(HttpStatusCode.Forbidden);
        (await librarian.SendAsync(HttpMethod.Get, "/api/v1/diagnostics/cache")).AssertProblem(HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.OK, (await admin.SendAsync(HttpMethod.Get, "/api/v1/diagnostics/cache")).Status);
    }

    [Fact]
    public async Task The_keys_are_published_for_others_and_without_their_private_half()
    {
        var published = await api.Client.ReadAsync("/.well-known/jwks.json");

        var key = Assert.Single(published["keys"]!.AsArray())!.AsObject();
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], key.Select(member => member.Key).Order());
        var header = api.Admin.DefaultRequestHeaders.Authorization!.Parameter!.Split('.')[0];
        Assert.Contains(key["kid"]!.GetValue<string>(), System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(header)), StringComparison.Ordinal);
    }

    private async Task<(long Count, string? Name)> AccountsAsync(string email) => (
        await api.Database.ScalarAsync<long>("SELECT count(*) FROM identity.users WHERE normalized_email = upper($1)", email),
        await api.Database.ScalarAsync<string>("SELECT display_name FROM identity.users WHERE normalized_email = upper($1)", email));

    private static string NewEmail() => $"{Guid.CreateVersion7():N}@example.org";

    private Task<CatalogClient.Answer> SendAsync(string what, object body) => api.Client.SendAsync(HttpMethod.Post, "/api/v1/auth/" + what, body);

    private Task<CatalogClient.Answer> RegisterAsync(string email, string? displayName = null) => SendAsync("register", new { email, password = Accounts.Password, displayName });

    private Task<CatalogClient.Answer> LogInAsync(string email, string password) => SendAsync("login", new { email, password });

    private Task<string?> HashAsync(string email) => api.Database.ScalarAsync<string>("SELECT password_hash FROM identity.users WHERE email = $1", email);
}

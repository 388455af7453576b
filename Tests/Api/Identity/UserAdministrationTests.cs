using System.Net;
using System.Text.Json.Nodes;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

public sealed class UserAdministrationTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private HttpClient _member = null!;
    private string _email = null!;
    private string _address = null!;

    public async ValueTask InitializeAsync()
    {
        _email = $"{Guid.CreateVersion7():N}@example.org";
        _member = await api.ClientOfAsync(_email);
        _address = $"/api/v1/users/{(await _member.ReadAsync("/api/v1/users/me"))["id"]}";
    }

    public ValueTask DisposeAsync()
    {
        _member.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_administrator_appoints_and_dismisses_others()
    {
        var changed = await ReplaceAsync("teacher", "admin", "librarian");
        await _member.LogInAsync(_email);
        var seen = await _member.SendAsync(HttpMethod.Get, "/api/v1/users/me");

        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal(changed.ETag, seen.ETag);
        Assert.Equal("teacher", seen.Body!["type"]!.GetValue<string>());
        Assert.Equal("[\"admin\",\"librarian\",\"member\"]", seen.Body["roles"]!.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, (await _member.SendAsync(HttpMethod.Get, "/api/v1/diagnostics/cache")).Status);

        Assert.Equal(HttpStatusCode.OK, (await ReplaceAsync("reader")).Status);
        await _member.LogInAsync(_email);
        (await _member.SendAsync(HttpMethod.Get, "/api/v1/diagnostics/cache")).AssertProblem(HttpStatusCode.Forbidden);
        Assert.Equal("[\"member\"]", (await _member.ReadAsync("/api/v1/users/me"))["roles"]!.ToJsonString());
    }

    [Fact]
    public async Task A_locked_account_is_out_at_once_and_stays_out_until_it_is_unlocked()
    {
        Assert.Equal(HttpStatusCode.OK, (await _member.SendAsync(HttpMethod.Get, "/api/v1/users/me")).Status);

        var locked = await LockAsync(true);

        Assert.Equal((HttpStatusCode.OK, true), (locked.Status, locked.Body!["isLocked"]!.GetValue<bool>()));
        Assert.Equal(locked.ETag, (await api.Admin.SendAsync(HttpMethod.Get, _address)).ETag);
        (await _member.SendAsync(HttpMethod.Get, "/api/v1/users/me")).AssertProblem(HttpStatusCode.Unauthorized);
        (await LogInAsync()).AssertProblem(HttpStatusCode.Unauthorized);
        // What says nothing of it leaves it.
        Assert.Equal(HttpStatusCode.OK, (await ReplaceAsync("student")).Status);
        (await LogInAsync()).AssertProblem(HttpStatusCode.Unauthorized);

        Assert.Equal(HttpStatusCode.OK, (await LockAsync(false)).Status);
        (await _member.SendAsync(HttpMethod.Get, "/api/v1/users/me")).AssertProblem(HttpStatusCode.Unauthorized);
        await _member.LogInAsync(_email);
        Assert.False((await _member.ReadAsync("/api/v1/users/me"))["isLocked"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Nobody_locks_themselves_out()
    {
        var me = await api.Admin.ReadAsync("/api/v1/users/me");

        (await api.Admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{me["id"]}", new { type = "reader", roles = new[] { "admin" }, isLocked = true }, ifMatch: "*"))
            .AssertProblem(HttpStatusCode.Conflict, "isLocked");
    }

    [Fact]
    public async Task Others_do_not_see_accounts()
    {
        using var librarian = await api.ClientOfAsync($"{Guid.CreateVersion7():N}@example.org", "librarian");

        (await api.Client.SendAsync(HttpMethod.Get, _address)).AssertProblem(HttpStatusCode.Unauthorized);
        (await librarian.SendAsync(HttpMethod.Get, _address)).AssertProblem(HttpStatusCode.Forbidden);
        (await _member.SendAsync(HttpMethod.Put, _address, new { type = "reader", roles = new[] { "admin" } }, ifMatch: "*")).AssertProblem(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Of_changes_at_once_one_wins()
    {
        var etag = (await api.Admin.SendAsync(HttpMethod.Get, _address)).ETag;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            api.Admin.SendAsync(HttpMethod.Put, _address, new { type = "child", roles = new[] { "librarian" } }, ifMatch: etag)));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a => a.AssertProblem(HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task Nobody_takes_the_role_from_themselves()
    {
        var me = (await api.Admin.ReadAsync("/api/v1/users/me"))["id"];

        (await api.Admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{me}", new { type = "reader", roles = Array.Empty<string>() }, ifMatch: "*"))
            .AssertProblem(HttpStatusCode.Conflict, "roles");
    }

    [Theory]
    [InlineData("{\"type\":\"reader\"}", "roles")]
    [InlineData("{\"type\":\"reader\",\"roles\":null}", "roles")]
    [InlineData("{\"type\":\"reader\",\"roles\":[\"Admin\"]}", "roles")]
    [InlineData("{\"type\":\"reader\",\"roles\":[null]}", "roles")]
    [InlineData("{\"type\":\"king\",\"roles\":[]}", "type")]
    [InlineData("{\"roles\":[]}", "type")]
    [InlineData("{\"type\":\"reader\",\"roles\":[],\"email\":\"a@example.org\"}", "email")]
    public async Task A_bad_change_is_a_400_that_names_the_field(string body, string field) =>
        (await api.Admin.SendAsync(HttpMethod.Put, _address, JsonNode.Parse(body), ifMatch: "*")).AssertProblem(HttpStatusCode.BadRequest, field);

    [Fact]
    public async Task An_unknown_account_is_a_404() =>
        (await api.Admin.SendAsync(HttpMethod.Get, "/api/v1/users/0199f000-0000-7000-8000-0000000000aa")).AssertProblem(HttpStatusCode.NotFound);

    private Task<CatalogClient.Answer> LockAsync(bool isLocked) =>
        api.Admin.SendAsync(HttpMethod.Put, _address, new { type = "student", roles = Array.Empty<string>(), isLocked }, ifMatch: "*");

    private Task<CatalogClient.Answer> LogInAsync() => api.Client.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email = _email, password = Accounts.Password });

    private async Task<CatalogClient.Answer> ReplaceAsync(string type, params string[] roles)
    {
        var etag = (await api.Admin.SendAsync(HttpMethod.Get, _address)).ETag;
        return await api.Admin.SendAsync(HttpMethod.Put, _address, new { type, roles }, ifMatch: etag);
    }
}

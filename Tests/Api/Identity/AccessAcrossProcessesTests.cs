using System.Net;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

/// <summary>Two processes of the Api: what ends somebody's access at one ends it at the other, whose memory says they may come in.</summary>
public sealed class AccessAcrossProcessesTests(AccessAcrossProcessesTests.TwoProcesses apis) : IClassFixture<AccessAcrossProcessesTests.TwoProcesses>
{
    private const string Me = "/api/v1/users/me";
    private const string ForAdministrators = "/api/v1/diagnostics/cache";

    // The message is on its way for a moment; the times of what is cached are minutes.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_logout_ends_the_session_everywhere_and_no_other()
    {
        using var phone = await MemberAsync();
        using var desk = await MemberAsync(phone.Email);
        await phone.AllowedAsync(Me);
        await desk.AllowedAsync(Me);

        Assert.Equal(HttpStatusCode.NoContent, (await phone.Here.SendAsync(HttpMethod.Post, "/api/v1/auth/logout")).Status);

        await phone.RefusedAsync(Me, HttpStatusCode.Unauthorized);
        await desk.AllowedAsync(Me);
    }

    [Fact]
    public async Task A_logout_of_all_ends_every_session_everywhere_and_nobody_elses()
    {
        using var other = await MemberAsync();
        using var phone = await MemberAsync();
        using var desk = await MemberAsync(phone.Email);
        foreach (var client in new[] { other, phone, desk })
        {
            await client.AllowedAsync(Me);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await phone.Here.SendAsync(HttpMethod.Post, "/api/v1/auth/logout-all")).Status);

        await phone.RefusedAsync(Me, HttpStatusCode.Unauthorized);
        await desk.RefusedAsync(Me, HttpStatusCode.Unauthorized);
        await other.AllowedAsync(Me);
    }

    [Fact]
    public async Task A_stolen_refresh_token_ends_the_access_tokens_too()
    {
        using var client = await MemberAsync();
        await client.AllowedAsync(Me);
        await RefreshAsync(client);
        await apis.Database.ExecuteAsync("UPDATE identity.refresh_tokens SET rotated_at = rotated_at - interval '11 seconds' WHERE rotated_at IS NOT NULL");

        await RefreshAsync(client);

        await client.RefusedAsync(Me, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_role_counts_from_the_next_request_with_the_token_one_has_and_so_does_its_loss()
    {
        using var client = await MemberAsync();
        await client.RefusedAsync(ForAdministrators, HttpStatusCode.Forbidden);

        await AppointAsync(client, "admin");
        await client.GrantedAsync(ForAdministrators);
        await AppointAsync(client);

        await client.RefusedAsync(ForAdministrators, HttpStatusCode.Forbidden);
        await client.AllowedAsync(Me);
    }

    private async Task<Member> MemberAsync(string? email = null)
    {
        var here = apis.One.CreateClient();
        if (email is null)
        {
            await here.RegisterAsync(apis.Database, email = $"{Guid.CreateVersion7():N}@example.org");
        }

        var refreshToken = await here.LogInAsync(email);
        var there = apis.Other.CreateClient();
        there.DefaultRequestHeaders.Authorization = here.DefaultRequestHeaders.Authorization;
        return new Member(email, refreshToken, here, there);
    }

    private static Task<CatalogClient.Answer> RefreshAsync(Member client) => client.Here.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new { refreshToken = client.RefreshToken });

    private async Task AppointAsync(Member client, params string[] roles)
    {
        var id = (await client.Here.ReadAsync(Me))["id"];
        Assert.Equal(HttpStatusCode.OK, (await apis.Admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { type = "reader", roles }, ifMatch: "*")).Status);
    }

    /// <summary>One login, used at both processes.</summary>
    private sealed record Member(string Email, string RefreshToken, HttpClient Here, HttpClient There) : IDisposable
    {
        /// <summary>Both let it in; from now on their memory says so.</summary>
        public async Task AllowedAsync(string address)
        {
            foreach (var client in new[] { Here, There })
            {
                Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(HttpMethod.Get, address)).Status);
            }
        }

        public Task GrantedAsync(string address) => AnsweredAsync(address, HttpStatusCode.OK);

        public async Task RefusedAsync(string address, HttpStatusCode status)
        {
            await AnsweredAsync(address, status);
            (await There.SendAsync(HttpMethod.Get, address)).AssertProblem(status);
        }

        public void Dispose()
        {
            Here.Dispose();
            There.Dispose();
        }

        // Where it was changed at once, and at the other process as soon as it has heard.
        private async Task AnsweredAsync(string address, HttpStatusCode status)
        {
            Assert.Equal(status, (await Here.SendAsync(HttpMethod.Get, address)).Status);
            await Eventually.HoldsAsync(async () => (await There.SendAsync(HttpMethod.Get, address)).Status == status, $"the other process answers {status}", Soon);
        }
    }

    /// <summary>Two processes on one database and one Redis.</summary>
    public sealed class TwoProcesses(Stack stack) : IAsyncLifetime
    {
        public TestDatabase Database { get; private set; } = null!;

        public HttpClient Admin { get; private set; } = null!;

        internal ApiProcess One { get; private set; } = null!;

        internal ApiProcess Other { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Database = await stack.CreateDatabaseAsync();
            var processes = await Task.WhenAll(ApiProcess.StartAsync(Database), ApiProcess.StartAsync(Database));
            (One, Other) = (processes[0], processes[1]);
            Admin = One.CreateClient();
            await Admin.LogInAsAdminAsync(Database);
        }

        public async ValueTask DisposeAsync()
        {
            // Null when it could not be started.
            Admin?.Dispose();
            await (One?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (Other?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (Database?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}

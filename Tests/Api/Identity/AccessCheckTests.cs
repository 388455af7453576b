using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Caching;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

/// <summary>Whether a good signature is enough: when the session has ended, when memory knows it, and when Redis is away.</summary>
public sealed class AccessCheckTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Me = "/api/v1/users/me";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("UPDATE identity.sessions SET revoked_at = now(), revoked_for = 'logout' WHERE user_id = $1")]
    [InlineData("UPDATE identity.sessions SET expires_at = now() WHERE user_id = $1")]
    [InlineData("DELETE FROM identity.sessions WHERE user_id = $1")]
    [InlineData("UPDATE identity.users SET lockout_end = 'infinity' WHERE id = $1")]
    [InlineData("DELETE FROM identity.users WHERE id = $1")]
    public async Task A_token_without_a_session_that_lives_is_refused(string statement)
    {
        using var client = api.NewClient();
        var (id, _) = await client.RegisterAsync(api.Database, NewEmail());
        await api.Database.ExecuteAsync(statement, id);

        using var answer = await client.GetAsync(Me, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("error=\"invalid_token\", error_description=\"The session has ended", Assert.Single(answer.Headers.WwwAuthenticate).Parameter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_memory_knows_is_asked_neither_of_the_database_nor_of_redis()
    {
        const int Requests = 20;
        var statements = new StatementCount();
        await using var host = statements.On(ApiFixture.Host(api.Database));
        using var admin = host.CreateClient();
        await AttachedAsync(host);
        await admin.LogInAsAdminAsync(api.Database);
        await admin.ReadAsync("/api/v1/diagnostics/cache");
        var before = Lookups(host);

        var asked = await statements.OfAsync(async () =>
        {
            for (var i = 0; i < Requests; i++)
            {
                await admin.ReadAsync("/api/v1/diagnostics/cache");
            }
        });

        Assert.Equal(0, asked);
        Assert.Equal(before.Select(family => family with { MemoryHits = family.MemoryHits + Requests }), Lookups(host));
    }

    [Fact]
    public async Task Nobody_gets_in_by_a_request_that_began_after_the_logout_was_answered()
    {
        for (var round = 0; round < 5; round++)
        {
            using var client = await api.ClientOfAsync(NewEmail());
            var isOut = false;
            using var ended = new CancellationTokenSource();
            var readers = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
            {
                while (!ended.IsCancellationRequested)
                {
                    var after = Volatile.Read(ref isOut);
                    using var answer = await client.GetAsync(Me, Ct);
                    Assert.True(!after || answer.StatusCode == HttpStatusCode.Unauthorized, $"{answer.StatusCode} after the logout");
                }
            }, Ct)).ToList();

            await client.SendAsync(HttpMethod.Post, "/api/v1/auth/logout");
            Volatile.Write(ref isOut, true);
            for (var i = 0; i < 20; i++)
            {
                (await client.SendAsync(HttpMethod.Get, Me)).AssertProblem(HttpStatusCode.Unauthorized);
            }

            await ended.CancelAsync();
            await Task.WhenAll(readers);
        }
    }

    [Fact]
    public async Task Without_redis_a_logout_elsewhere_counts_when_memory_is_not_trusted_any_more()
    {
        var (proxy, redis) = TcpProxy.BeforeRedis(api.Database.Redis);
        await using var closing = proxy;
        await using var apart = Host(redis);
        using var here = await api.ClientOfAsync(NewEmail());
        using var there = await CachedAtAsync(apart, here);

        await CutAsync(proxy, apart);
        Assert.Equal(HttpStatusCode.NoContent, (await here.SendAsync(HttpMethod.Post, "/api/v1/auth/logout")).Status);

        await Eventually.HoldsAsync(async () => (await there.SendAsync(HttpMethod.Get, Me)).Status == HttpStatusCode.Unauthorized, "the database was asked");
    }

    [Fact]
    public async Task A_logout_that_redis_cannot_be_told_of_counts_here_at_once_and_elsewhere_when_it_can()
    {
        var (proxy, redis) = TcpProxy.BeforeRedis(api.Database.Redis);
        await using var closing = proxy;
        await using var apart = Host(redis);
        using var elsewhere = await api.ClientOfAsync(NewEmail());
        using var here = await CachedAtAsync(apart, elsewhere);
        await elsewhere.ReadAsync(Me);

        await CutAsync(proxy, apart);
        Assert.Equal(HttpStatusCode.NoContent, (await here.SendAsync(HttpMethod.Post, "/api/v1/auth/logout")).Status);

        (await here.SendAsync(HttpMethod.Get, Me)).AssertProblem(HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.SendAsync(HttpMethod.Get, Me)).Status);
        proxy.Restore();
        await Eventually.HoldsAsync(async () => (await elsewhere.SendAsync(HttpMethod.Get, Me)).Status == HttpStatusCode.Unauthorized, "the others were told");
    }

    private static string NewEmail() => $"{Guid.CreateVersion7():N}@example.org";

    private WebApplicationFactory<Program> Host(string redis) => ApiFixture.Host(
        api.Database, ("ConnectionStrings:redis", redis), ("Cache:DetachedTtl", "00:00:01"));

    private static async Task<HttpClient> CachedAtAsync(WebApplicationFactory<Program> host, HttpClient login)
    {
        var client = host.CreateClient();
        await AttachedAsync(host);
        client.DefaultRequestHeaders.Authorization = login.DefaultRequestHeaders.Authorization;
        await client.ReadAsync(Me);
        return client;
    }

    private static Task AttachedAsync(WebApplicationFactory<Program> host) => host.Services.GetRequiredService<CacheManager>().AttachedAsync(Ct);

    private static async Task CutAsync(TcpProxy proxy, WebApplicationFactory<Program> host)
    {
        proxy.Cut();
        await Eventually.HoldsAsync(() => Task.FromResult(!host.Services.GetRequiredService<CacheManager>().IsAttached), "the loss of Redis is noticed");
    }

    private static List<CacheFamilyStatistics> Lookups(WebApplicationFactory<Program> host) =>
        [.. host.Services.GetRequiredService<CacheManager>().GetStatistics().Where(family => family.Family is "user" or "permissions")];
}

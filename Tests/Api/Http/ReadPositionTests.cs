using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Caching;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http;

/// <summary>Two nodes, of which one hears late or not at all: a read that says what it must not miss is never older than that.</summary>
public sealed class ReadPositionTests(Stack stack) : IAsyncLifetime
{
    private const string Lsn = "Platform-Lsn";
    private const string MinLsn = "Platform-Min-Lsn";

    private readonly List<IAsyncDisposable> _open = [];
    private TestDatabase _database = null!;
    private TcpProxy _proxy = null!;
    private WebApplicationFactory<Program> _writing = null!;
    private WebApplicationFactory<Program> _deaf = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stack.CreateDatabaseAsync();
        (_proxy, var redis) = TcpProxy.BeforeRedis(_database.Redis);
        _writing = Host(("Cache:RedisBudget", "00:00:05"));
        _deaf = Host(("ConnectionStrings:redis", redis), ("Cache:RedisBudget", "00:00:01"), ("Cache:DetachedTtl", "01:00:00"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open))
        {
            await one.DisposeAsync();
        }

        await _proxy.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("stalled")]
    [InlineData("late")]
    public async Task A_read_from_a_node_that_has_not_heard_of_a_write_shows_it_when_it_asks_for_it(string connection)
    {
        var (writing, deaf) = (await AdminAsync(_writing), _deaf.CreateClient());
        var author = await writing.AddAuthorAsync("Mary Ann Evans");
        await AttachedAsync();
        Assert.Equal("Mary Ann Evans", (await ReadAsync(deaf, author)).Name);
        Disturb(connection);

        using var written = await PutAsync(writing, author, "George Eliot");
        var usual = await ReadAsync(deaf, author);
        var asked = await ReadAsync(deaf, author, written.Says(Lsn));

        Assert.Equal(("Mary Ann Evans", "platform; hit; detail=memory"), (usual.Name, usual.Status));
        Assert.Equal("George Eliot", asked.Name);
        Assert.StartsWith("platform; fwd=miss", asked.Status, StringComparison.Ordinal);
        Assert.Null(asked.Lsn);
    }

    [Fact]
    public async Task A_session_that_was_ended_elsewhere_counts_for_nothing_when_the_read_asks_for_that()
    {
        var deaf = await AdminAsync(_deaf);
        using var writing = _writing.CreateClient();
        writing.DefaultRequestHeaders.Authorization = deaf.DefaultRequestHeaders.Authorization;
        await AttachedAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(deaf, null));
        _proxy.Stall();

        using var ended = await writing.PostAsync("/api/v1/auth/logout-all", null, Token);

        Assert.True(ended.IsSuccessStatusCode, ended.StatusCode.ToString());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(deaf, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(deaf, ended.Says(Lsn)));
    }

    [Fact]
    public async Task Up_to_the_position_that_a_node_vouches_for_memory_answers_and_says_so()
    {
        var writing = await AdminAsync(_writing);
        var author = await writing.AddAuthorAsync("George Eliot");
        await AttachedAsync();
        await ReadAsync(writing, author);

        await CacheOf(_writing).AnnounceAsync(new AppliedPosition("history", (1UL << 32) + 0xABC));
        await Eventually.HoldsAsync(() => Task.FromResult(CacheOf(_writing).Applied is not null && CacheOf(_deaf).Applied is not null), "both have heard");

        Assert.Equal(new Read("George Eliot", "platform; hit; detail=memory", "1/ABC"), await ReadAsync(writing, author, "1/ABC"));
        Assert.Equal(new Read("George Eliot", "platform; fwd=miss; stored", "1/ABC"), await ReadAsync(writing, author, "1/ABD"));
        using var head = await SendAsync(writing, HttpMethod.Head, $"/api/v1/authors/{author}", "1/abc");
        using var missing = await SendAsync(writing, HttpMethod.Get, $"/api/v1/authors/{Guid.CreateVersion7()}", null);
        using var own = await SendAsync(writing, HttpMethod.Get, "/api/v1/users/me", null);
        Assert.Equal(("1/ABC", "1/ABC", "1/ABC"), (head.Says(Lsn), missing.Says(Lsn), own.Says(Lsn)));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1/")]
    [InlineData("/1")]
    [InlineData("1/2/3")]
    [InlineData("1/123456789")]
    [InlineData("g/1")]
    [InlineData("-1/1")]
    [InlineData("1/0x1")]
    public async Task What_is_no_position_is_refused_with_what_is_allowed(string position)
    {
        var admin = await AdminAsync(_writing);
        foreach (var address in new[] { "/api/v1/categories", "/api/v1/users/me" })
        {
            using var answer = await SendAsync(admin, HttpMethod.Get, address, position);

            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("two hexadecimal numbers", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }
    }

    private sealed record Read(string? Name, string? Status, string? Lsn);

    private void Disturb(string connection)
    {
        switch (connection)
        {
            case "cut":
                _proxy.Cut();
                break;
            case "stalled":
                _proxy.Stall();
                break;
            default:
                _proxy.Delay(TimeSpan.FromSeconds(15));
                break;
        }
    }

    private WebApplicationFactory<Program> Host(params (string Key, string Value)[] settings)
    {
        var host = ApiFixture.Host(_database, settings);
        _open.Add(host);
        return host;
    }

    private async Task<HttpClient> AdminAsync(WebApplicationFactory<Program> host)
    {
        var client = host.CreateClient();
        await client.LogInAsAdminAsync(_database);
        return client;
    }

    private static CacheManager CacheOf(WebApplicationFactory<Program> host) => host.Services.GetRequiredService<CacheManager>();

    private Task AttachedAsync() => Task.WhenAll(CacheOf(_writing).AttachedAsync(Token), CacheOf(_deaf).AttachedAsync(Token));

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string address, string? atLeast, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        if (atLeast is not null)
        {
            request.Headers.TryAddWithoutValidation(MinLsn, atLeast);
        }

        return await client.SendAsync(request, Token);
    }

    private static async Task<Read> ReadAsync(HttpClient client, Guid author, string? atLeast = null)
    {
        using var answer = await SendAsync(client, HttpMethod.Get, $"/api/v1/authors/{author}", atLeast);
        var body = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token));
        return new Read((string?)body?["name"], answer.Says("Cache-Status"), answer.Says(Lsn));
    }

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, Guid author, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/authors/{author}") { Content = System.Net.Http.Json.JsonContent.Create(new { name }) };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        var answer = await client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string? atLeast)
    {
        using var answer = await SendAsync(client, HttpMethod.Get, "/api/v1/users/me", atLeast);
        return answer.StatusCode;
    }
}

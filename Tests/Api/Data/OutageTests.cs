using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>PostgreSQL goes away under load: callers get their 503 in time, and the Api comes back by itself.</summary>
public sealed class OutageTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(2);

    private readonly TestDatabase _database = fixture.Database;
    private TcpProxy _proxy = null!;
    private WebApplicationFactory<Program> _api = null!;
    private HttpClient _client = null!;
    private TcpProxy _redis = null!;

    public async ValueTask InitializeAsync()
    {
        (_proxy, var throughProxy) = TcpProxy.Before(_database.App);
        (_redis, var redis) = TcpProxy.BeforeRedis(_database.Redis);
        _api = ApiFixture.Host(_database, ("ConnectionStrings:platform", throughProxy), ("Database:RequestDeadline", "00:00:01.5"), ("ConnectionStrings:redis", redis),
            ("Cache:Namespace", $"{_database.Name}-{Guid.CreateVersion7():N}"));
        _client = _api.CreateClient();
        await _api.Services.GetRequiredService<CacheManager>().AttachedAsync(TestContext.Current.CancellationToken);
        await _client.LogInAsAdminAsync(_database);
        await WarmUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _proxy.Restore();
        await _api.DisposeAsync();
        await _proxy.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_get_503_within_two_seconds_and_then_recover(bool isFrozen)
    {
        Fail(isFrozen);

        for (var wave = 0; wave < 3; wave++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 3) switch { 0 => AskAsync(Write), 1 => AskAsync(Search), _ => AskAsync(Read) }));

            Assert.All(answers, answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.Status, answer.Type)));
            Assert.All(answers, answer => Assert.InRange(answer.Took, TimeSpan.Zero, Promised));
        }

        _proxy.Restore();
        await Eventually.HoldsAsync(async () => (await AskAsync(Read)).Status == HttpStatusCode.OK, "the Api answers again");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_login_that_memory_does_not_know_gets_503_in_time_and_later_gets_in(bool isFrozen)
    {
        using var login = _api.CreateClient();
        await login.LogInAsAdminAsync(_database);
        Fail(isFrozen);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(Rights)));

        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.Status, answer.Type)));
        Assert.All(answers, answer => Assert.InRange(answer.Took, TimeSpan.Zero, Promised));
        _proxy.Restore();
        await Eventually.HoldsAsync(async () => (await AskAsync(Rights)).Status == HttpStatusCode.OK, "the login is known again");

        // It needs no more than to know who asks.
        Task<HttpResponseMessage> Rights(CancellationToken cancellationToken) => login.GetAsync("/api/v1/diagnostics/cache", cancellationToken);
    }

    [Fact]
    public async Task Callers_who_give_up_on_a_frozen_server_do_not_slow_the_others()
    {
        _proxy.Stall();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var impatient = Enumerable.Range(0, 100).Select(_ => Assert.ThrowsAnyAsync<OperationCanceledException>(() => Read(patience.Token))).ToArray();
        await Task.WhenAll(impatient);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(Read)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status));
        Assert.All(answers, answer => Assert.InRange(answer.Took, TimeSpan.Zero, Promised));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_who_wait_for_one_answer_get_503_in_time(bool isFrozen)
    {
        Fail(isFrozen);

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => AskAsync(ReadTree)));

        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.Status, answer.Type)));
        Assert.All(answers, answer => Assert.InRange(answer.Took, TimeSpan.Zero, Promised));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_read_before_is_read_without_the_database(bool isFrozen)
    {
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(ReadTree)).Status);
        Fail(isFrozen);

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => AskAsync(ReadTree)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_catalogue_is_served_without_redis(bool isFrozen)
    {
        if (isFrozen)
        {
            _redis.Stall();
        }
        else
        {
            _redis.Cut();
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(Read)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        _redis.Restore();
    }

    private void Fail(bool isFrozen)
    {
        if (isFrozen)
        {
            _proxy.Stall();
        }
        else
        {
            _proxy.Cut();
        }
    }

    private async Task WarmUpAsync()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(Read)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    private static async Task<(HttpStatusCode Status, string? Type, TimeSpan Took)> AskAsync(Func<CancellationToken, Task<HttpResponseMessage>> ask)
    {
        var watch = Stopwatch.StartNew();
        using var response = await ask(TestContext.Current.CancellationToken);
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType, watch.Elapsed);
    }

    // Both ask what nobody has asked before, so that no cache can know.
    private Task<HttpResponseMessage> Read(CancellationToken cancellationToken) => _client.GetAsync($"/api/v1/books?author={Guid.CreateVersion7()}", cancellationToken);

    private Task<HttpResponseMessage> Search(CancellationToken cancellationToken) => _client.GetAsync($"/api/v1/search?q=sea+{Guid.CreateVersion7():N}", cancellationToken);

    private Task<HttpResponseMessage> ReadTree(CancellationToken cancellationToken) => _client.GetAsync("/api/v1/categories", cancellationToken);

    private Task<HttpResponseMessage> Write(CancellationToken cancellationToken) =>
        _client.PostAsJsonAsync("/api/v1/categories", new { name = "Sea", slug = $"sea-{Guid.CreateVersion7():N}" }, cancellationToken);
}

using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Api.Data;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>More requests need PostgreSQL than it has power for: some are refused, and those that are not get their answers.</summary>
public sealed class OverloadTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly TestDatabase _database = fixture.Database;
    private TcpProxy _proxy = null!;
    private WebApplicationFactory<Program> _api = null!;
    private HttpClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_proxy, var throughProxy) = TcpProxy.Before(_database.App);
        var many = new NpgsqlConnectionStringBuilder(throughProxy) { MaxPoolSize = 60 }.ConnectionString;
        _api = ApiFixture.Host(_database, ("ConnectionStrings:platform", many), ("Database:ConcurrentRequests", "2"), ("Database:RequestDeadline", Deadline.ToString("c", null)));
        _client = _api.CreateClient();
        await OpenManyAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.All(await Task.WhenAll(AskAsync(), AskAsync()), status => Assert.Equal(HttpStatusCode.OK, status));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task What_would_not_be_done_in_time_is_refused_and_costs_no_connection()
    {
        var connections = _proxy.Accepted;
        // The first two take longer than the others may wait.
        _proxy.Delay(Deadline * 0.4);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => AskAsync()));

        Assert.Contains(HttpStatusCode.OK, answers);
        Assert.InRange(answers.Count(status => status == HttpStatusCode.ServiceUnavailable), 40, 59);
        // Work of the service's own may open some, and so may a request when that has its connection.
        Assert.InRange(_proxy.Accepted - connections, 0, 15);
        Assert.DoesNotContain("platform_database_admission_refused_total 0", await _client.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_is_taken_with_the_first_connection_and_given_back_at_the_end()
    {
        await using var slow = new Waiting(_api);
        await using var one = new Waiting(_api);
        await using var two = new Waiting(_api);
        await using var three = new Waiting(_api);

        await one.AskAsync();
        await two.AskAsync();
        await Assert.ThrowsAsync<TimeoutException>(three.AskAsync);
        two.End();
        await three.AskAsync();
        await one.AskAsync();
    }

    [Fact]
    public async Task A_place_is_given_back_when_the_time_is_up()
    {
        await using var one = new Waiting(_api, TimeSpan.FromSeconds(3));
        await using var two = new Waiting(_api);
        await using var three = new Waiting(_api);
        await one.AskAsync();
        await two.AskAsync();

        await Eventually.HoldsAsync(async () => await Record.ExceptionAsync(three.AskAsync) is null, "the first has lost its place");
    }

    [Fact]
    public async Task Who_has_waited_longest_goes_first()
    {
        await using var one = new Waiting(_api);
        await using var two = new Waiting(_api);
        await using var early = new Waiting(_api);
        await using var late = new Waiting(_api);
        await one.AskAsync();
        await two.AskAsync();

        var earlyAsks = early.AskAsync();
        var lateAsks = late.AskAsync();
        one.End();
        await earlyAsks;

        Assert.False(lateAsks.IsCompletedSuccessfully);
        await Record.ExceptionAsync(() => lateAsks);
    }

    // So that neither a request nor the service's own work needs another while answers are late.
    private async Task OpenManyAsync()
    {
        var scopes = Enumerable.Range(0, 10).Select(_ => _api.Services.CreateAsyncScope()).ToList();
        await Task.WhenAll(scopes.Select(scope => scope.ServiceProvider.GetRequiredService<PlatformDbContext>().Database.OpenConnectionAsync(Ct)));
        foreach (var scope in scopes)
        {
            await scope.DisposeAsync();
        }
    }

    private async Task<HttpStatusCode> AskAsync() => (await _client.GetAsync($"/api/v1/books?author={Guid.CreateVersion7()}", Ct)).StatusCode;

    /// <summary>A request, as the database sees it.</summary>
    private sealed class Waiting : IAsyncDisposable
    {
        private readonly AsyncServiceScope _scope;
        private readonly PlatformDbContext _db;
        private readonly DatabaseWait _wait;

        public Waiting(WebApplicationFactory<Program> api, TimeSpan? deadline = null)
        {
            _scope = api.Services.CreateAsyncScope();
            _db = _scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
            _wait = new DatabaseWait(_db, deadline ?? TimeSpan.FromHours(1), api.Services.GetRequiredService<DatabaseAdmission>(), Ct);
        }

        public Task<int> AskAsync() => _db.Database.ExecuteSqlAsync($"SELECT 1", Ct);

        public void End() => _wait.Dispose();

        public ValueTask DisposeAsync()
        {
            _wait.Dispose();
            return _scope.DisposeAsync();
        }
    }
}

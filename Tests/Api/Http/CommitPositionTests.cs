using System.Collections.Concurrent;
using System.Data.Common;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Platform.Api.Data;
using Platform.Api.Identity.Accounts;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http;

/// <summary>What is written is committed at the position that its answer names.</summary>
public sealed class CommitPositionTests(Stack stack) : IAsyncLifetime
{
    private const string Header = "Platform-Lsn";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await stack.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public async Task The_commit_of_each_of_many_writers_ends_at_the_position_or_before(string synchronousCommit)
    {
        await _database.ExecuteAsync("CREATE EXTENSION pg_walinspect");
        await _database.ExecuteAsync($"ALTER ROLE platform_app IN DATABASE {_database.Name} SET synchronous_commit = {synchronousCommit}");
        await using var api = ApiFixture.Host(_database);
        using var admin = api.CreateClient();
        await admin.LogInAsAdminAsync(_database);
        var before = await _database.ScalarAsync<string>("SELECT pg_current_wal_insert_lsn()::text");
        var written = new ConcurrentDictionary<Guid, string>();

        await Parallel.ForEachAsync(Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Ct }, async (n, ct) =>
        {
            using var made = await admin.PostAsJsonAsync("/api/v1/authors", new { name = $"Author {n}" }, ct);
            written[Guid.Parse(made.Headers.Location!.ToString().Split('/')[^1])] = made.Says(Header)!;
        });

        await _database.ExecuteAsync("SELECT pg_switch_wal()");
        var late = await _database.ScalarAsync<long>("""
            SELECT count(*) FROM unnest($1, $2::pg_lsn[]) AS written (id, position) JOIN catalog.authors a USING (id)
            LEFT JOIN pg_get_wal_records_info($3::pg_lsn, pg_current_wal_flush_lsn()) w ON w.xid = a.xmin AND w.resource_manager = 'Transaction' AND w.record_type LIKE 'COMMIT%'
            WHERE w.end_lsn IS NULL OR w.end_lsn > written.position
            """, written.Keys.ToArray(), written.Values.ToArray(), before!);
        Assert.Equal((40, 0L), (written.Count, late));
    }

    [Fact]
    public async Task A_write_is_answered_as_done_when_there_is_no_connection_left_to_ask_for_its_position()
    {
        var crowd = new Crowd();
        await using var api = ApiFixture.Host(_database, ("ConnectionStrings:platform", $"{_database.App};Maximum Pool Size=1;Timeout=1"))
            .WithWebHostBuilder(host => host.ConfigureTestServices(services => services.ConfigureDbContext<PlatformDbContext>(options => options.AddInterceptors(crowd), ServiceLifetime.Singleton)));
        using var admin = api.CreateClient();
        await admin.LogInAsAdminAsync(_database);
        using var first = await admin.PostAsJsonAsync("/api/v1/users/me/addresses", AddressRequest.Example, Ct);

        crowd.Takes = true;
        using var second = await admin.PostAsJsonAsync("/api/v1/users/me/addresses", AddressRequest.Example, Ct);
        crowd.Leave();

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.NotNull(first.Says(Header));
        Assert.Null(second.Says(Header));
        Assert.Equal(2L, await _database.ScalarAsync<long>("SELECT count(*) FROM identity.addresses"));
    }

    [Fact]
    public async Task Whatever_was_done_says_it_and_what_was_read_or_refused_does_not()
    {
        await using var api = ApiFixture.Host(_database);
        using var admin = api.CreateClient();
        await admin.LogInAsAdminAsync(_database);

        using var made = await admin.PostAsJsonAsync("/api/v1/authors", new { name = "Jane" }, Ct);
        using var read = await admin.GetAsync(made.Headers.Location, Ct);
        using var invalid = await admin.PostAsJsonAsync("/api/v1/authors", new { }, Ct);
        using var unconditional = await admin.DeleteAsync(made.Headers.Location, Ct);
        using var conditional = new HttpRequestMessage(HttpMethod.Delete, made.Headers.Location) { Headers = { { "If-Match", "*" } } };
        using var deleted = await admin.SendAsync(conditional, Ct);

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.PreconditionRequired, HttpStatusCode.NoContent],
            [made.StatusCode, read.StatusCode, invalid.StatusCode, unconditional.StatusCode, deleted.StatusCode]);
        Assert.All([made, deleted], answer => Assert.Matches("^[0-9A-F]+/[0-9A-F]+$", answer.Says(Header)));
        Assert.All([read, invalid, unconditional], answer => Assert.Null(answer.Says(Header)));
        Assert.True(NpgsqlLogSequenceNumber.Parse(made.Says(Header)!) < NpgsqlLogSequenceNumber.Parse(deleted.Says(Header)!));
    }

    [Fact]
    public async Task A_write_whose_position_cannot_be_read_is_answered_without()
    {
        await using var api = ApiFixture.Host(_database);
        using var admin = api.CreateClient();
        await admin.LogInAsAdminAsync(_database);
        await _database.ExecuteAsync("REVOKE EXECUTE ON FUNCTION pg_current_wal_flush_lsn FROM PUBLIC");

        using var made = await admin.PostAsJsonAsync("/api/v1/authors", new { name = "Jane" }, Ct);

        Assert.Equal((HttpStatusCode.Created, null), (made.StatusCode, made.Says(Header)));
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.authors"));
    }

    [Fact]
    public async Task Every_endpoint_that_writes_is_where_the_position_is_said()
    {
        await using var api = ApiFixture.Host(_database);

        var writes = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Any(m => m is "POST" or "PUT" or "PATCH" or "DELETE") is true).ToList();

        Assert.InRange(writes.Count, 25, int.MaxValue);
        // Routing answers what is short-circuited itself, before it comes to what says the position.
        Assert.DoesNotContain(writes, e => !e.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal)
            || e.Metadata.Any(m => m.GetType().Name == "ShortCircuitMetadata"));
    }

    // Somebody else who gets the only connection as soon as a transaction is committed, and keeps it.
    private sealed class Crowd : DbTransactionInterceptor, IDbConnectionInterceptor
    {
        private NpgsqlConnection? _taken;
        private bool _isCommitted;

        public bool Takes { get; set; }

        public void Leave() => _taken?.Dispose();

        public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            _isCommitted = Takes;
            return Task.CompletedTask;
        }

        public async Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
        {
            if (_isCommitted && _taken is null)
            {
                // Of the same pool.
                _taken = (NpgsqlConnection)((ICloneable)connection).Clone();
                await _taken.OpenAsync(Ct);
            }
        }
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Platform.Api.Identity.Accounts;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Http;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Repair;

/// <summary>Whoever changed a row, and whatever became of them: caches hear of it, and only once.</summary>
public sealed partial class CacheRepairTests(Stack stack) : IAsyncLifetime
{
    // How long a change may take to be read everywhere; on a machine that does much else, more than the second that it takes.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    // Nor is such a machine an outage of Redis.
    private static readonly (string, string) Patient = ("Cache:RedisBudget", "00:00:05");

    private readonly List<IAsyncDisposable> _open = [];
    private PublishedLog _log = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _log = await PublishedLog.CreateAsync(stack);

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _open)
        {
            await one.DisposeAsync();
        }

        await _log.DisposeAsync();
    }

    [Fact]
    public async Task A_row_that_is_changed_past_the_Api_is_read_anew_on_every_node()
    {
        var realtime = await _log.StartNodeAsync(Patient);
        var (one, other) = (await NodeAsync(), await NodeAsync());
        var author = await one.AddAuthorAsync("Mary Ann Evans");
        await CaughtUpAsync(one, other);
        Assert.Equal(("Mary Ann Evans", "Mary Ann Evans"), (await NameAsync(one, author), await NameAsync(other, author)));
        var repairs = await RepairsAsync(realtime);

        await _log.Database.ExecuteAsync("UPDATE catalog.authors SET name = 'George Eliot' WHERE id = $1", author);

        await ReadsAsync(one, author, "George Eliot");
        await ReadsAsync(other, author, "George Eliot");
        Assert.Equal(repairs + 1, await RepairsAsync(realtime));
    }

    // The commit goes on after whoever sent it is gone, and nobody is left to tell.
    [Fact]
    public async Task What_the_Api_committed_and_did_not_live_to_tell_is_read_anew_on_every_node()
    {
        var realtime = await _log.StartNodeAsync(Patient);
        var (one, other) = (await NodeAsync(), await NodeAsync());
        var author = await one.AddAuthorAsync("Mary Ann Evans");
        await CaughtUpAsync(one, other);
        Assert.Equal(("Mary Ann Evans", "Mary Ann Evans"), (await NameAsync(one, author), await NameAsync(other, author)));
        var repairs = await RepairsAsync(realtime);
        await using var writer = await ApiProcess.StartAsync(_log.Database, ("ConnectionStrings:platform", $"{_log.Database.App};Options=-c client_connection_check_interval=0"));
        using var client = writer.CreateClient();
        await client.LogInAsAdminAsync(_log.Database);
        await using var gate = await GateAtCommitAsync();

        var lost = client.SendAsync(HttpMethod.Put, $"/api/v1/authors/{author}", new { name = "George Eliot" }, ifMatch: "*");
        await Eventually.HoldsAsync(async () => await _log.Database.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4712 AND NOT granted") == 1, "the commit waits");
        await writer.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => lost);
        await ExecuteAsync(gate, "SELECT pg_advisory_unlock(4712)");

        await ReadsAsync(one, author, "George Eliot");
        await ReadsAsync(other, author, "George Eliot");
        Assert.Equal(repairs + 1, await RepairsAsync(realtime));
    }

    [Fact]
    public async Task What_the_Api_told_is_not_repaired()
    {
        var realtime = await _log.StartNodeAsync(Patient);
        var (one, other) = (await NodeAsync(), await NodeAsync());
        await CaughtUpAsync(one, other);
        var repairs = await RepairsAsync(realtime);

        var author = await one.AddAuthorAsync("Jane Austen");
        var category = await one.AddCategoryAsync("novels");
        for (var n = 0; n < 5; n++)
        {
            var book = await one.AddAsync("/api/v1/books", new { title = $"Emma {n}", authorIds = new[] { author }, categoryIds = new[] { category } });
            await one.SendAsync(HttpMethod.Put, $"/api/v1/books/{book}", new { title = $"Emma, again {n}" }, ifMatch: "*");
            await one.SendAsync(HttpMethod.Delete, $"/api/v1/books/{book}", ifMatch: "*");
        }

        // A login that fails writes a row of the user's that nothing cached shows.
        await one.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email = FirstAdministrator.UsualEmail, password = "not the password" });
        await CaughtUpAsync(one, other);

        Assert.Equal(repairs, await RepairsAsync(realtime));
    }

    // The one that had the slot took the change, and had not told of it yet.
    [Fact]
    public async Task What_a_killed_node_did_not_live_to_repair_is_repaired_by_the_next()
    {
        var first = await _log.StartNodeAsync(Patient, ("CacheRepair:Grace", "00:00:10"));
        var one = await NodeAsync();
        var author = await one.AddAuthorAsync("Mary Ann Evans");
        await CaughtUpAsync(one);
        Assert.Equal("Mary Ann Evans", await NameAsync(one, author));
        await _log.Database.ExecuteAsync("UPDATE catalog.authors SET name = 'George Eliot' WHERE id = $1", author);
        await _log.CaughtUpAsync();

        await first.KillAsync();
        await _log.StartNodeAsync(Patient);

        await Eventually.HoldsAsync(async () => await NameAsync(one, author) == "George Eliot", "it is read anew", TimeSpan.FromSeconds(30));
    }

    private async Task<HttpClient> NodeAsync()
    {
        var host = ApiFixture.Host(_log.Database, Patient);
        _open.Add(host);
        var client = host.CreateClient();
        await client.LogInAsAdminAsync(_log.Database);
        return client;
    }

    /// <summary>Waits until the nodes vouch for what is committed now.</summary>
    private async Task CaughtUpAsync(params HttpClient[] nodes)
    {
        var now = (await _log.Database.ScalarAsync<string>("SELECT pg_current_wal_lsn()::text"))!;
        await _log.Database.ExecuteAsync("SELECT pg_logical_emit_message(true, 'test', 'past')");
        foreach (var node in nodes)
        {
            await Eventually.HoldsAsync(async () => await PositionAsync(node) is { } position && Number(position) >= Number(now), "the node is there");
        }
    }

    private static async Task<string?> PositionAsync(HttpClient node)
    {
        using var answer = await node.GetAsync("/api/v1/categories", Token);
        return answer.Says("Platform-Lsn");
    }

    private static ulong Number(string position) => position.Split('/') is [var high, var low]
        ? (ulong.Parse(high, NumberStyles.HexNumber, CultureInfo.InvariantCulture) << 32) + ulong.Parse(low, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : throw new FormatException(position);

    private static async Task<string?> NameAsync(HttpClient node, Guid author) => (string?)(await node.ReadAsync($"/api/v1/authors/{author}"))["name"];

    private static Task ReadsAsync(HttpClient node, Guid author, string name) =>
        Eventually.HoldsAsync(async () => await NameAsync(node, author) == name, $"{name} is read", Soon);

    private static async Task<int> RepairsAsync(RealtimeProcess realtime)
    {
        using var client = realtime.CreateClient();
        var metrics = await client.GetStringAsync("/metrics", Token);
        return Repairs().Match(metrics) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : throw new InvalidOperationException("There is no such metric.");
    }

    private async Task<NpgsqlConnection> GateAtCommitAsync()
    {
        var gate = new NpgsqlConnection(_log.Database.Admin);
        await gate.OpenAsync(Token);
        await ExecuteAsync(gate, """
            CREATE FUNCTION public.wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4712); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER wait_at_commit AFTER UPDATE ON catalog.authors DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.wait_at_commit();
            SELECT pg_advisory_lock(4712)
            """);
        return gate;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
    {
#pragma warning disable CA2100 // one of the above
        await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Token);
    }

    [GeneratedRegex(@"^cache_repairs_total(?:\{[^}]*\})? (\d+)", RegexOptions.Multiline)]
    private static partial Regex Repairs();
}

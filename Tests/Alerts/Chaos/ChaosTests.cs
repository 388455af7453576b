using Aspire.Hosting.Testing;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Alerts.Chaos;

/// <summary>Faults of the running stack: each is told to the inbox, and so is its end. Time runs faster (<see cref="HurriedRules"/>).</summary>
public sealed class ChaosTests(ChaosStack stack) : IClassFixture<ChaosStack>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Alerts_get_through_all_the_time_and_nobody_is_woken_without_a_reason()
    {
        var heartbeat = await stack.HearAsync(["Watchdog"], "firing", after: 0);
        await stack.HearAsync(["Watchdog"], "firing", heartbeat);

        // What a start or another test brought with it ends first; the longer windows of budgets forget more slowly than that.
        await Eventually.HoldsAsync(
            async () => !(await stack.FiringAsync("page")).Any(alert => !alert.StartsWith("ErrorBudget", StringComparison.Ordinal)), "no page", TimeSpan.FromMinutes(3));
    }

    [Fact]
    public Task Redis_that_is_away_is_told() =>
        stack.TellsAsync(["RedisDown", "severity=page"], () => stack.StopAsync("redis"), () => stack.StartAsync("redis"));

    [Fact]
    public Task PostgreSQL_that_is_away_is_told() =>
        stack.TellsAsync(["PostgresDown", "severity=page"], () => stack.StopAsync("postgres"), () => stack.StartAsync("postgres"));

    [Fact]
    public Task Cosmos_DB_that_is_away_is_told() =>
        stack.TellsAsync(["CosmosDown", "severity=page"], () => stack.StopAsync("cosmos"), () => stack.StartAsync("cosmos"));

    [Fact]
    public Task A_service_that_is_frozen_is_told() => stack.TellsAsync(
        ["ServiceDown", "job=realtime"],
        () => Signal(Signals.Freeze, "realtime-2"),
        () => Signal(Signals.Thaw, "realtime-2"));

    [Fact]
    public Task An_exporter_that_is_away_is_told() =>
        stack.TellsAsync(["ExporterDown", "job=redis", "severity=ticket"], () => stack.StopAsync("redis-exporter"), () => stack.StartAsync("redis-exporter"));

    [Fact]
    public Task A_slot_that_nobody_reads_is_told() =>
        stack.TellsAsync(["ReplicationSlotInactive", "slot=analytics"], () => stack.StopAsync("analytics"), () => stack.StartAsync("analytics"));

    [Fact]
    public Task A_slot_whose_reader_does_not_get_on_is_told() => stack.TellsAsync(
        ["ReplicationSlotLag", "slot=realtime"],
        async () =>
        {
            // What the reader cannot publish it does not confirm, and all that is written after it waits.
            await stack.StopAsync("redis");
            await stack.ExecuteAsync("UPDATE catalog.books SET publisher = 'Nobody' WHERE id = (SELECT min(id::text)::uuid FROM catalog.books)");
            await WriteLogAsync(mebibytes: 80);
        },
        () => stack.StartAsync("redis"));

    [Fact]
    public Task A_slot_that_is_lost_is_told() => stack.TellsAsync(
        ["ReplicationSlotLost", "slot=analytics"],
        async () =>
        {
            await stack.StopAsync("analytics");
            await WriteLogAsync(mebibytes: ChaosStack.SlotKeepsMebibytes + 64);
            await stack.ExecuteAsync("CHECKPOINT");
        },
        () => stack.StartAsync("analytics"));

    [Fact]
    public async Task Connections_that_run_out_are_told()
    {
        var held = new List<IAsyncDisposable>();

        await stack.TellsAsync(
            ["PostgresConnectionsNearlyUsed"],
            async () =>
            {
                // Of 200; the stack has some itself.
                while (held.Count < 165)
                    held.Add(await stack.ConnectAsync());
            },
            async () => await Task.WhenAll(held.Select(one => one.DisposeAsync().AsTask())));
    }

    [Fact]
    public async Task Requests_that_wait_for_a_connection_are_told()
    {
        await using var locker = await stack.ConnectAsync();
        var waiting = new List<Repeated>();

        await stack.TellsAsync(
            ["DatabasePoolExhausted", "job=api"],
            async () =>
            {
                await using var begin = new Npgsql.NpgsqlCommand("BEGIN; LOCK TABLE catalog.books IN ACCESS EXCLUSIVE MODE", locker);
                await begin.ExecuteNonQueryAsync(Ct);
                // Far more than are let in at once; each asks for something that is not cached, and again when it has waited in vain.
                waiting.AddRange(Enumerable.Range(0, 160).Select(n => new Repeated(stack.App.CreateHttpClient("api"), time => $"/api/v1/search?q=lock{n}x{time}")));
            },
            async () =>
            {
                await using var end = new Npgsql.NpgsqlCommand("ROLLBACK", locker);
                await end.ExecuteNonQueryAsync(Ct);
                await Task.WhenAll(waiting.Select(one => one.DisposeAsync().AsTask()));
            });
    }

    [Fact]
    public async Task A_journey_that_fails_is_told_by_its_budget_and_by_the_log()
    {
        await using var searching = new Repeated(stack.App.CreateHttpClient("api"), n => $"/api/v1/search?q=budget{n}");

        await stack.TellsAsync(
            ["ErrorBudgetBurnsFast", "journey=search", "slo=availability", "severity=page"],
            async () =>
            {
                await searching.GoesOnAsync();
                await stack.ExecuteAsync("REVOKE SELECT ON catalog.books FROM platform_app");
                await stack.HearAsync(["ErrorLogs", "job=api", "severity=ticket"], "firing", after: 0);
            },
            () => stack.ExecuteAsync("GRANT SELECT ON catalog.books TO platform_app"));
    }

    [Fact]
    public Task An_event_that_is_refused_is_told() => stack.TellsAsync(
        ["EventsParked", "owner=analytics"],
        () => stack.ExecuteAsync("UPDATE catalog.books SET publisher = repeat('x', 3000000) WHERE id = (SELECT min(id::text)::uuid FROM catalog.books)"),
        () => stack.ExecuteAsync("UPDATE catalog.books SET publisher = NULL WHERE length(publisher) > 1000000"));

    [Fact]
    public async Task Redis_without_room_is_told()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{await stack.App.GetConnectionStringAsync("redis", Ct)},allowAdmin=true");
        var server = redis.GetServers().Single();

        await stack.TellsAsync(
            ["RedisMemoryNearlyFull"],
            async () =>
            {
                var used = (await server.InfoAsync("memory")).SelectMany(group => group).Single(pair => pair.Key == "used_memory").Value;
                await server.ConfigSetAsync("maxmemory", (long)(double.Parse(used, System.Globalization.CultureInfo.InvariantCulture) * 1.04));
            },
            () => server.ConfigSetAsync("maxmemory", 0));
    }

    // Changes of nothing that anybody reads, but the log of them is kept for the slots.
    private Task WriteLogAsync(int mebibytes) =>
        stack.ExecuteAsync($"SELECT count(pg_logical_emit_message(false, 'chaos', repeat('x', 1048576))) FROM generate_series(1, {mebibytes})");

    private Task Signal(Action<int> signal, string resource)
    {
        Assert.True(stack.App.ResourceNotifications.TryGetCurrentState(resource, out var state));
        signal((int)state.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value!);
        return Task.CompletedTask;
    }

    private static async Task TryAsync(Func<Task<HttpResponseMessage>> ask)
    {
        try
        {
            using var answer = await ask();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // It fails on purpose.
        }
    }

    /// <summary>Somebody who asks ten times a second.</summary>
    private sealed class Repeated : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly HttpClient _client;
        private readonly Task _asking;
        private int _asked;

        public Repeated(HttpClient client, Func<int, string> address)
        {
            _client = client;
            _asking = AskAsync(address);
        }

        /// <summary>Waits until there are enough answers for a rate.</summary>
        public Task GoesOnAsync()
        {
            var from = Volatile.Read(ref _asked);
            return Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref _asked) > from + 50), "50 more answers", TimeSpan.FromMinutes(2));
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _client.Dispose();
            _end.Dispose();
        }

        private async Task AskAsync(Func<int, string> address)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (await timer.WaitForNextTickAsync(_end.Token))
                await TryAsync(() => _client.GetAsync(address(Interlocked.Increment(ref _asked)), _end.Token));
        }
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Identity.Sessions;
using Platform.Api.Identity.Tokens;
using Platform.Caching;
using Platform.LoadTests.Cache;
using Platform.LoadTests.Http;

namespace Platform.LoadTests.Access;

/// <summary><c>bench permissions</c>: what it costs a request that its token, its session and its user's roles are looked at.</summary>
internal static class PermissionBench
{
    private const double Goal = 0.05;
    private const double HitGoal = 0.95;
    private const int Rounds = 9;
    private const int RequestsPerRound = 3_000;
    private const int Checks = 1_000_000;

    internal static Command Create()
    {
        var permissions = new Command("permissions", "An endpoint for staff next to the same one for everybody.") { BenchRedis.Redis };
        permissions.SetAction(RunAsync);
        return permissions;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var redis = await BenchRedis.StartAsync(arguments, cancellationToken);
        await using var stack = await BenchStack.StartAsync(arguments, cancellationToken);
        var database = await stack.CreateDatabaseAsync("platform_bench_permissions", fresh: true, cancellationToken);
        var ns = $"bench-{Environment.ProcessId}";
        var settings = BenchApi.Settings(database, redis.Configuration);
        settings["Cache__Namespace"] = ns;
        // A busy machine is no outage.
        settings["Database__RequestDeadline"] = "00:00:20";
        settings["Cache__RedisBudget"] = CacheBench.Budget.ToString();
        using var server = ServerProcess.Start(typeof(CheckedServer).Assembly.Location, ["serve", "checked"], settings, processor: null);
        using var client = new HttpClient { BaseAddress = server.Address };
        await server.ReadyAsync(client, "/health", cancellationToken);
        await BenchApi.LogInAsAdminAsync(client, database, cancellationToken);
        var token = client.DefaultRequestHeaders.Authorization!.Parameter!;

        var added = await AddedAsync("rows of one's own", CheckedServer.Open, CheckedServer.Staff);
        var isReached = added <= Goal;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"time added to the request = {added:P1}; goal at most {Goal:P0}: {(isReached ? "reached" : "MISSED")}"));
        var addedToNothing = await AddedAsync("nothing", CheckedServer.OpenIdle, CheckedServer.StaffIdle);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"time added to a request that does nothing else = {addedToNothing:P1}"));
        isReached &= await AreHitsAsync(client);
        isReached &= await MeasureCheckAsync(settings, token, cancellationToken);
        await redis.ForgetAsync(ns);
        return isReached ? 0 : 1;

        async Task<double> AddedAsync(string what, string open, string staff)
        {
            using var connection = await HttpConnection.OpenAsync(new IPEndPoint(IPAddress.Parse(server.Address.Host), server.Address.Port), cancellationToken);
            var (limit, figure, added) = (new Measured($"{what}, for everybody", "µs"), new Measured($"{what}, for staff", "µs"), new Measured("  added", "%"));
            for (var round = 0; round <= Rounds; round++)
            {
                var (openTimes, staffTimes) = await AskInTurnsAsync(connection, HttpConnection.Request(server.Address, open), HttpConnection.Request(server.Address, staff, token));
                if (round > 0)
                {
                    limit.Add(openTimes.Median);
                    figure.Add(staffTimes.Median);
                    added.Add(((staffTimes.Median / openTimes.Median) - 1) * 100);
                }
            }

            await Console.Out.WriteLineAsync($"{limit}\n{figure}\n{added}");
            // Of what was added in each round: between rounds the machine may have become another.
            return added.Median / 100;
        }
    }

    // One request at a time, one of each in turn: whatever else the machine does, it does to both.
    private static async Task<(Measured Open, Measured Staff)> AskInTurnsAsync(HttpConnection connection, byte[] open, byte[] staff)
    {
        var times = (Open: new Measured("open", "µs"), Staff: new Measured("staff", "µs"));
        for (var i = 0; i < RequestsPerRound; i++)
        {
            foreach (var (request, figures) in new[] { (open, times.Open), (staff, times.Staff) })
            {
                var began = Stopwatch.GetTimestamp();
                await connection.AskAsync(request);
                figures.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            }
        }

        return times;
    }

    // Of the server's own counts: each request asked twice.
    private static async Task<bool> AreHitsAsync(HttpClient client)
    {
        var metrics = await client.GetStringAsync("/metrics");
        var isReached = true;
        foreach (var family in new[] { "user", "permissions" })
        {
            var (hits, memory, misses) = (Sum("cache_hits_total", family), Sum("cache_hits_total", family, "level=\"l1\""), Sum("cache_misses_total", family));
            var ratio = hits / (hits + misses);
            isReached &= ratio > HitGoal;
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{family}: {hits + misses:N0} lookups, {ratio:P3} hits ({memory / (hits + misses):P3} in memory); goal above {HitGoal:P0}: {(ratio > HitGoal ? "reached" : "MISSED")}"));
        }

        return isReached;

        double Sum(string name, string family, string label = "") => metrics.Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains($"family=\"{family}\"", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }

    // The check itself, in this process: no HTTP around it, and every byte it allocates is counted.
    private static async Task<bool> MeasureCheckAsync(Dictionary<string, string> settings, string token, CancellationToken cancellationToken)
    {
        await using var app = CheckedServer.Build([.. settings.Select(s => $"--{s.Key.Replace("__", ":", StringComparison.Ordinal)}={s.Value}"), "--Logging:LogLevel:Default=Error"]);
        var (tokens, access) = (app.Services.GetRequiredService<TokenVerification>(), app.Services.GetRequiredService<AccessCheck>());
        await app.Services.GetRequiredService<CacheManager>().AttachedAsync(cancellationToken);
        if (await CheckAsync() is null || await CheckAsync() is null)
            throw new InvalidOperationException("The token is not good.");
        var figure = new Measured("token, session and roles, from memory", "ns");
        var allocated = 0L;
        for (var round = 0; round <= Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < Checks; i++)
            {
                var check = CheckAsync();
                if (!check.IsCompletedSuccessfully || check.Result is null)
                    throw new InvalidOperationException("A check had to wait.");
            }

            if (round > 0)
            {
                figure.Add(watch.Elapsed.TotalNanoseconds / Checks);
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        // The audit and the refresh of what is cached are shared among all checks.
        var each = (double)allocated / Checks / Rounds;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{figure}\nallocated by {Checks * Rounds:N0} checks: {each:N3} B each; goal less than 1 B: {(each < 1 ? "reached" : "MISSED")}"));
        return each < 1;

        async ValueTask<object?> CheckAsync() =>
            (await tokens.VerifyAsync(token, CancellationToken.None)).Token is { } verified ? await access.AdmitAsync(verified, 0, CancellationToken.None) : null;
    }
}

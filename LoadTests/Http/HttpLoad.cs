using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Platform.LoadTests.Http;

/// <summary>
/// <c>load http</c>: as many GETs as a server answers, over connections that stay open with one request under way on each.
/// Prints requests a second and which shares of them a cache's memory and Redis answered.
/// </summary>
internal static class HttpLoad
{
    private static readonly Option<string> Server = new("--server") { Required = true };
    private static readonly Option<string> Paths = new("--paths") { Required = true };
    private static readonly Option<int> Connections = new("--connections") { DefaultValueFactory = _ => 32 };
    private static readonly Option<double> Seconds = new("--seconds") { DefaultValueFactory = _ => 3 };
    private static readonly Option<bool> ByNBomber = new("--nbomber") { Description = "Have NBomber begin the requests and measure them." };

    internal static Command Create()
    {
        var http = new Command("http", "GETs over connections that stay open.") { Server, Paths, Connections, Seconds, ByNBomber };
        http.SetAction(RunAsync);
        return http;
    }

    /// <summary>What one run of <c>load http</c> in a process of its own found.</summary>
    internal sealed record Result(double RequestsPerSecond, double FromMemory, double FromRedis);

    /// <summary>Runs it in a process of its own.</summary>
    /// <param name="server">Whom to ask.</param>
    /// <param name="paths">A file with a path a line, which the connections ask for in turn.</param>
    /// <param name="seconds">How long, after a third of it that is not counted.</param>
    /// <param name="processor">The one processor it may run on; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="byNBomber">Whether NBomber begins the requests and measures them.</param>
    internal static async Task<Result> RunApartAsync(Uri server, string paths, double seconds, int? processor, CancellationToken cancellationToken, bool byNBomber = false)
    {
        var start = BenchProcess.Self(["load", "http", "--server", server.ToString(), "--paths", paths, "--seconds", seconds.ToString(CultureInfo.InvariantCulture), "--nbomber", byNBomber ? "true" : "false"], processor);
        start.RedirectStandardOutput = true;
        // The thread that hears of an answer sends the next request itself: the client is not what is measured.
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        using var load = Process.Start(start)!;
        try
        {
            var line = await load.StandardOutput.ReadToEndAsync(cancellationToken);
            await load.WaitForExitAsync(cancellationToken);
            var figures = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray();
            return figures is [var rate, var memory, var redis] && load.ExitCode == 0 ? new Result(rate, memory, redis) : throw new InvalidOperationException($"The load failed: {line}");
        }
        finally
        {
            if (!load.HasExited)
                load.Kill();
        }
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var server = new Uri(arguments.GetValue(Server)!);
        var paths = await File.ReadAllLinesAsync(arguments.GetValue(Paths)!, cancellationToken);
        var requests = paths.Select(p => HttpConnection.Request(server, p)).ToArray();
        var endpoint = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        var connections = await Task.WhenAll(Enumerable.Range(0, arguments.GetValue(Connections)).Select(_ => HttpConnection.OpenAsync(endpoint, cancellationToken)));
        if (arguments.GetValue(ByNBomber))
        {
            // On a thread of its own: it blocks, and this may be the one that hears of answers.
            var perSecond = await Task.Run(() => NBomberLoad.Measure(connections, requests, TimeSpan.FromSeconds(arguments.GetValue(Seconds))), cancellationToken);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{perSecond} 0 0"));
            return 0;
        }

        var warm = TimeSpan.FromSeconds(arguments.GetValue(Seconds) / 3);
        var next = 0;
        var clock = Stopwatch.StartNew();
        var running = Task.WhenAll(connections.Select(c => Task.Run(() => RepeatAsync(c), cancellationToken)));
        await Task.Delay(warm, cancellationToken);
        var (before, began) = (Counted(), clock.Elapsed);
        await Task.Delay(TimeSpan.FromSeconds(arguments.GetValue(Seconds)), cancellationToken);
        var (after, took) = (Counted(), clock.Elapsed - began);
        Volatile.Write(ref next, int.MinValue);
        await running;
        foreach (var connection in connections)
            connection.Dispose();

        var all = (double)(after.All - before.All);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{all / took.TotalSeconds} {(after.FromMemory - before.FromMemory) / all} {(after.FromRedis - before.FromRedis) / all}"));
        return 0;

        async Task RepeatAsync(HttpConnection connection)
        {
            for (int turn; (turn = Interlocked.Increment(ref next)) > 0;)
                await connection.AskAsync(requests[turn % requests.Length]);
        }

        (long All, long FromMemory, long FromRedis) Counted() => (connections.Sum(c => c.Answers), connections.Sum(c => c.FromMemory), connections.Sum(c => c.FromRedis));
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Platform.LoadTests.Http;

/// <summary>
/// <c>bench nbomber</c>: how many requests a second NBomber makes of a bare endpoint next to wrk, which is written in C and
/// does nothing else; the server on one processor, either client on another.
/// </summary>
internal static class NBomberBench
{
    private const double Goal = 0.3;
    private const int Seconds = 3;
    private const int Rounds = 5;
    private const int ConnectionCount = 32;
    private const string Wrk = "/usr/bin/wrk";
    private const string Path = "/bytes/1";

    internal static Command Create()
    {
        var nbomber = new Command("nbomber", "What the load tests' own engine costs, next to wrk.");
        nbomber.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return nbomber;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!BenchProcess.CanPin || !File.Exists(Wrk))
        {
            await Console.Error.WriteLineAsync("This needs two processors, taskset, and wrk (the Debian package of that name).");
            return 2;
        }

        using var files = new BenchFiles();
        using var client = new HttpClient();
        using var server = ServerProcess.Start(typeof(NBomberBench).Assembly.Location, ["serve", "bare", "--body", files.Write("body", "hello"u8.ToArray())], new Dictionary<string, string>(), processor: 0);
        await server.ReadyAsync(client, Path, cancellationToken);
        var paths = files.Write("paths", [Path]);

        var limit = new Measured("wrk", "requests/s");
        var alone = new Measured("the same client without NBomber", "requests/s");
        var figure = new Measured("NBomber", "requests/s");
        var ratio = await Measured.AgainstAsync(Rounds, (limit, () => RunWrkAsync(server.Address, cancellationToken)), (figure, async () =>
        {
            alone.Add((await HttpLoad.RunApartAsync(server.Address, paths, Seconds, processor: 1, cancellationToken)).RequestsPerSecond);
            return (await HttpLoad.RunApartAsync(server.Address, paths, Seconds, processor: 1, cancellationToken, byNBomber: true)).RequestsPerSecond;
        }));

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{limit}\n{alone}\n{figure}\nNBomber / wrk = {ratio:P0}, NBomber / its client alone = {figure.Median / alone.Median:P0}; goal at least {Goal:P0} of wrk: {(ratio >= Goal ? "reached" : "MISSED")}"));
        return ratio >= Goal ? 0 : 1;
    }

    private static async Task<double> RunWrkAsync(Uri server, CancellationToken cancellationToken)
    {
        var start = BenchProcess.Pinned([Wrk, "-t1", $"-c{ConnectionCount}", $"-d{Seconds}s", new Uri(server, Path).ToString()], processor: 1);
        start.RedirectStandardOutput = true;
        using var wrk = Process.Start(start)!;
        var output = await wrk.StandardOutput.ReadToEndAsync(cancellationToken);
        await wrk.WaitForExitAsync(cancellationToken);
        const string Label = "Requests/sec:";
        return output.Split('\n').FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal)) is { } line
            ? double.Parse(line[Label.Length..], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"wrk said: {output}");
    }
}

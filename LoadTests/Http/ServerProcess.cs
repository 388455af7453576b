using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Platform.LoadTests.Http;

/// <summary>
/// An HTTP server in a process of its own, as in production: in the bench's it would share the heap and the threads with
/// the callers.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    internal Uri Address { get; }

    /// <summary>What it takes of memory now.</summary>
    internal double Megabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1_048_576.0;
        }
    }

    /// <summary>Starts an assembly with <c>--urls</c> of a free port.</summary>
    /// <param name="assembly">Its path.</param>
    /// <param name="words">Its first arguments.</param>
    /// <param name="environment">Settings, on top of those common to all measured servers.</param>
    /// <param name="processor">The one processor it may run on; null for all.</param>
    internal static ServerProcess Start(string assembly, IEnumerable<string> words, IReadOnlyDictionary<string, string> environment, int? processor)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
        probe.Stop();

        var start = BenchProcess.Dotnet(assembly, [.. words, "--urls", address.ToString()], processor);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        // The same heap for both: the Api's project asks for the server's, a console project does not.
        start.Environment["DOTNET_gcServer"] = "1";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["Logging__LogLevel__Default"] = "Error";
        start.Environment["Logging__LogLevel__Microsoft.AspNetCore"] = "Error";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var process = Process.Start(start)!;
        // Errors are all that it logs.
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ServerProcess(process, address);
    }

    /// <summary>Waits until a path is answered 200.</summary>
    internal async Task ReadyAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        for (; ; await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken))
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(Address, path), cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
                throw new TimeoutException($"{Address} does not answer {path}.");
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}

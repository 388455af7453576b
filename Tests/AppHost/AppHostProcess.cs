using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using Platform.Tests.Support;

namespace Platform.Tests.AppHost;

/// <summary>The AppHost as its own process, on free ports and with a data folder of its own.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly string _dataFolder;
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> IsMeant, TaskCompletionSource<string> Seen)> _awaited = [];
    private readonly Task _reading;

    private AppHostProcess(Process process, string dataFolder)
    {
        _process = process;
        _dataFolder = dataFolder;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public int ExitCode => _process.ExitCode;

    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public static AppHostProcess Start(string dataFolder, params string[] arguments) =>
        Start(dataFolder, Path.Combine(Repository.Root, "artifacts", "bin", "AppHost", Configuration, "Platform.AppHost"), ["--no-dashboard", "--DcpPublisher:RandomizePorts=true", .. arguments]);

    /// <summary>Starts it the way a developer does.</summary>
    public static AppHostProcess DotnetRun(string dataFolder) => Start(
        dataFolder,
        "dotnet",
        ["run", "--no-build", "--configuration", Configuration, "--project", Path.Combine(Repository.Root, "AppHost"), "--", "--no-dashboard", "--DcpPublisher:RandomizePorts=true"]);

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    private static AppHostProcess Start(string dataFolder, string program, string[] arguments)
    {
        var startInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        startInfo.Environment["XDG_DATA_HOME"] = dataFolder;
        startInfo.Environment["DOTNET_ENVIRONMENT"] = "Development";
        return new AppHostProcess(Process.Start(startInfo)!, dataFolder);
    }

    /// <summary>Waits until every resource is ready, and the summary written.</summary>
    public Task<string> StartedAsync() => LineAsync(line => line == "Press Ctrl+C to stop.");

    /// <summary>The first line that is meant, whether it has been written already or not.</summary>
    public async Task<string> LineAsync(Func<string, bool> isMeant)
    {
        TaskCompletionSource<string> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lines)
        {
            if (_lines.FirstOrDefault(isMeant) is { } line)
                return line;
            _awaited.Add((isMeant, seen));
        }
        try
        {
            return await seen.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException("The AppHost did not get there. Its output:\n" + string.Join('\n', Output));
        }
    }

    /// <summary>What a line says of a resource: its log after <c>|</c>, its state after <c>:</c>; null when it is another's. Names are padded to the longest.</summary>
    public static string? Said(string line, string resource, char sign) =>
        line.StartsWith(resource, StringComparison.Ordinal) && line[resource.Length..].TrimStart(' ') is var rest && rest.StartsWith($"{sign} ", StringComparison.Ordinal) ? rest[2..] : null;

    public void Signal(string signal) => Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

    public async Task ExitedAsync(TimeSpan timeout)
    {
        using var patience = new CancellationTokenSource(timeout);
        await _process.WaitForExitAsync(patience.Token);
        await _reading.WaitAsync(timeout);
    }

    /// <summary>Every process below the AppHost's.</summary>
    public List<Process> Descendants() => Descendants(_process.Id);

    /// <summary>The address of a resource's endpoint, from the summary at the end of the start.</summary>
    public Uri Address(string resource) => new(Output.Last(line => line.StartsWith($"  {resource} ", StringComparison.Ordinal)).Split(' ')[^1]);

    /// <summary>Opens the platform's database as the superuser.</summary>
    public async Task<NpgsqlConnection> OpenDatabaseAsync()
    {
        var secrets = Directory.GetFiles(_dataFolder, "secrets.json", SearchOption.AllDirectories).Single();
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(secrets));
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Address("postgres").Port,
            Username = "postgres",
            Password = json.RootElement.GetProperty("Parameters:postgres-password").GetString(),
            Database = "platform",
            Pooling = false,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static List<Process> Descendants(int id)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var child))
                continue;
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                parents[child] = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It has ended in the meantime.
            }
        }
        bool IsBelow(int child) => parents.TryGetValue(child, out var parent) && (parent == id || IsBelow(parent));
        return [.. parents.Keys.Where(IsBelow).Select(Find).OfType<Process>()];

        static Process? Find(int id)
        {
            try
            {
                return Process.GetProcessById(id);
            }
            catch (ArgumentException)
            {
                return null; // a connection's process, for one, that has ended in the meantime
            }
        }
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Add(line);
                foreach (var (isMeant, seen) in _awaited)
                {
                    if (isMeant(line))
                        seen.TrySetResult(line);
                }
            }
        }
    }
}

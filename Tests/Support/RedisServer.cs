using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Platform.Tests.Support;

/// <summary>A Redis of a test's own, at one address for all its life: it can be killed, frozen, and started again on what it last saved.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("redis-");
    private DistributedApplication? _app;
    private int? _port;
    private ConnectionMultiplexer? _admin;

    private RedisServer()
    {
    }

    /// <summary>Where it listens, whether it runs or not.</summary>
    public string Address => $"127.0.0.1:{_port}";

    /// <summary>Starts one without data.</summary>
    public static async Task<RedisServer> StartNewAsync()
    {
        var server = new RedisServer();
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again, with what <see cref="SaveAsync"/> saved last.</summary>
    public async Task StartAsync()
    {
        await EndAsync();
        var builder = DistributedApplicationTestingBuilder.Create(_port is null ? [] : ["--DcpPublisher:RandomizePorts=false"]);
        // Saved on command only: a test decides what a restart brings back.
        builder.AddRedis("redis", _port).WithPassword(null).WithBindMount(_data.FullName, "/data");
        _app = await builder.BuildAsync(TestContext.Current.CancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        await _app.StartAsync(patience.Token);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("redis", patience.Token);
        _port = _app.GetEndpoint("redis", "tcp").Port;
    }

    /// <summary>Ends it by SIGKILL: what was not saved is lost.</summary>
    public async Task KillAsync()
    {
        using var process = Process.GetProcessById(ProcessId);
        process.Kill(entireProcessTree: true);
        await _app!.ResourceNotifications.WaitForResourceAsync("redis", KnownResourceStates.TerminalStates, TestContext.Current.CancellationToken);
        await EndAsync();
    }

    /// <summary>Stops it by SIGSTOP: its kernel still accepts connections and data, it does nothing.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>It goes on, with whatever was sent to it in the meantime.</summary>
    public void Thaw() => Signal("CONT");

    /// <summary>Saves the data, for the next start.</summary>
    public Task SaveAsync() => ExecuteAsync("SAVE");

    /// <summary>Runs a command as somebody who is none of the caches.</summary>
    public async Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => await (await DatabaseAsync()).ExecuteAsync(command, arguments);

    /// <summary>The data, for somebody who is none of the caches.</summary>
    public async Task<IDatabase> DatabaseAsync() =>
        (_admin ??= await ConnectionMultiplexer.ConnectAsync($"{Address},allowAdmin=true")).GetDatabase();

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _data.Delete(recursive: true);
    }

    // The connection as well: its attempts to come back would be among those that a test counts.
    private async Task EndAsync()
    {
        if (_admin is not null)
        {
            await _admin.DisposeAsync();
            _admin = null;
        }

        if (_app is not null)
        {
            await _app.DisposeAsync();
            _app = null;
        }
    }

    private int ProcessId => _app is not null && _app.ResourceNotifications.TryGetCurrentState("redis", out var state)
        ? (int)state.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value!
        : throw new InvalidOperationException("The server does not run.");

    // To all that the resource consists of: the server is a child of its sandbox.
    private void Signal(string signal)
    {
        for (var ids = new List<int> { ProcessId }; ids.Count > 0; ids = [.. ids.SelectMany(Children)])
        {
            using var kill = Process.Start("kill", ["-" + signal, .. ids.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
            kill.WaitForExit();
        }
    }

    private static IEnumerable<int> Children(int id) =>
        File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture));
}

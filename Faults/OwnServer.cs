using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Platform.Faults;

/// <summary>A server of one's own, at one address for all its life: it can be killed, frozen, and started again on what it had written.</summary>
public abstract class OwnServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _name;
    private readonly DirectoryInfo _data;
    private DistributedApplication? _app;
    private int? _port;

    private protected OwnServer(string name)
    {
        _name = name;
        _data = Directory.CreateTempSubdirectory($"{name}-");
    }

    /// <summary>Its port on 127.0.0.1, whether it runs or not.</summary>
    public int Port => _port ?? throw new InvalidOperationException("The server has not been started yet.");

    /// <summary>Starts it, again on the data that is there.</summary>
    public async Task StartAsync()
    {
        await EndAsync();
        using var patience = new CancellationTokenSource(Patience);
        var builder = await DescribeAsync(_port is null ? [] : ["--DcpPublisher:RandomizePorts=false"], _port, _data.FullName, patience.Token);
        _app = await builder.BuildAsync(patience.Token);
        await _app.StartAsync(patience.Token);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync(_name, patience.Token);
        _port = _app.GetEndpoint(_name, "tcp").Port;
    }

    /// <summary>Ends it by SIGKILL: what it had not written is lost.</summary>
    public async Task KillAsync()
    {
        using var process = Process.GetProcessById(ProcessId);
        process.Kill(entireProcessTree: true);
        using var patience = new CancellationTokenSource(Patience);
        await _app!.ResourceNotifications.WaitForResourceAsync(_name, KnownResourceStates.TerminalStates, patience.Token);
        await EndAsync();
    }

    /// <summary>Stops it by SIGSTOP: its kernel still accepts connections and data, it does nothing.</summary>
    public void Freeze() => Signals.Freeze(ProcessId);

    /// <summary>It goes on, with whatever was sent to it in the meantime.</summary>
    public void Thaw() => Signals.Thaw(ProcessId);

    /// <summary>Ends it and deletes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _data.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<IDistributedApplicationTestingBuilder> DescribeAsync(string[] arguments, int? port, string dataFolder, CancellationToken cancellationToken);

    // Before the server goes, and by those who end it.
    private protected virtual ValueTask DisconnectAsync() => ValueTask.CompletedTask;

    /// <summary>Deletes all data, of a server that does not run.</summary>
    private protected void Forget()
    {
        if (_app is not null)
            throw new InvalidOperationException("The server runs.");
        foreach (var file in _data.EnumerateFileSystemInfos())
        {
            if (file is DirectoryInfo folder)
                folder.Delete(recursive: true);
            else
                file.Delete();
        }
    }

    private async Task EndAsync()
    {
        await DisconnectAsync();
        if (_app is not null)
        {
            await _app.DisposeAsync();
            _app = null;
        }
    }

    private int ProcessId => _app is not null && _app.ResourceNotifications.TryGetCurrentState(_name, out var state)
        ? (int)state.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value!
        : throw new InvalidOperationException("The server does not run.");
}

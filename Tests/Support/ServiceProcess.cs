using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Platform.Tests.Support;

/// <summary>A service in a process of its own, as it is deployed.</summary>
internal abstract class ServiceProcess : IAsyncDisposable
{
    /// <param name="service">The project.</param>
    /// <param name="settings">Its configuration; with <c>Urls</c>, where it listens.</param>
    protected ServiceProcess(string service, IEnumerable<(string Key, string Value)> settings)
    {
        settings = [.. settings];
        Address = settings.LastOrDefault(setting => setting.Key == "Urls").Value is { } url ? new Uri(url) : FreeAddress();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"Platform.{service}.dll"), "--urls", Address.OriginalString])
        {
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        Process = Process.Start(start)!;
    }

    public Process Process { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Where it says that it is ready.</summary>
    protected virtual string HealthPath => "/health";

    public HttpClient CreateClient() => new() { BaseAddress = Address };

    /// <summary>Ends it by SIGKILL: it has no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        Process.Kill(entireProcessTree: true);
        await Process.WaitForExitAsync();
    }

    /// <summary>Stops it by SIGSTOP: its connections stay, it does nothing.</summary>
    public void Freeze() => Signals.Freeze(Process.Id);

    /// <summary>It goes on where it was.</summary>
    public void Thaw() => Signals.Thaw(Process.Id);

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
            await KillAsync();
        Process.Dispose();
    }

    /// <summary>Waits until it says that it is ready; ends it when it does not come to that.</summary>
    protected async Task ReadyAsync()
    {
        try
        {
            using var client = CreateClient();
            await Eventually.HoldsAsync(() => IsReadyAsync(client), $"{GetType().Name} is ready", TimeSpan.FromMinutes(1));
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync(HealthPath, TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Where nobody listens: for services that are to know each other before either is there.</summary>
    public static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}

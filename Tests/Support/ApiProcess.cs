using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Platform.Tests.Support;

/// <summary>The Api in a process of its own, as it is deployed.</summary>
internal sealed class ApiProcess : IAsyncDisposable
{
    private readonly Uri _address;

    private ApiProcess(Process process, Uri address) => (Process, _address) = (process, address);

    public Process Process { get; }

    /// <summary>Starts it on <paramref name="database"/>, and waits until it is ready.</summary>
    public static async Task<ApiProcess> StartAsync(TestDatabase database, params (string Name, string Value)[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Platform.Api.dll"), "--urls", address.OriginalString])
        {
            WorkingDirectory = AppContext.BaseDirectory,
        };
        (string Name, string Value)[] usual =
        [
            ("DOTNET_ENVIRONMENT", "Production"), ("ConnectionStrings__platform", database.App), ("ConnectionStrings__redis", database.Redis),
            ("Cache__Namespace", database.Name), ("Identity__KeySecret", ApiFixture.KeySecret), ("Identity__HashIterations", ApiFixture.HashIterations),
            ("Database__RequestDeadline", "00:00:20"), .. ApiFixture.Unlimited,
        ];
        foreach (var (name, value) in usual.Concat(settings))
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var process = new ApiProcess(Process.Start(start)!, address);
        try
        {
            using var client = process.CreateClient();
            await Eventually.HoldsAsync(() => IsReadyAsync(client), "the Api is ready", TimeSpan.FromMinutes(1));
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public HttpClient CreateClient() => new() { BaseAddress = _address };

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync();
        }

        Process.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync("/health", TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

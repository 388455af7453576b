using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Platform.Tests.Emulators.Cosmos;

/// <summary>The emulator in a process of its own, and the SDK's client for it.</summary>
internal sealed class CosmosEmulator : IAsyncDisposable
{
    /// <summary>The one that Microsoft publishes for its emulator.</summary>
    public const string Key = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    private readonly (string Name, string Value)[] _settings;
    private readonly int _port;
    private Process? _process;

    private CosmosEmulator(string folder, int port, (string Name, string Value)[] settings)
    {
        (Folder, _port, _settings) = (folder, port, settings);
        Client = CreateClient();
    }

    public string Folder { get; }

    public CosmosClient Client { get; }

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public string ConnectionString => $"AccountEndpoint={Address};AccountKey={Key}";

    /// <summary>Starts it on an empty folder.</summary>
    public static async Task<CosmosEmulator> StartAsync(params (string Name, string Value)[] settings)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var emulator = new CosmosEmulator(Directory.CreateTempSubdirectory("cosmos-").FullName, port, settings);
        await emulator.StartProcessAsync();
        return emulator;
    }

    public CosmosClient CreateClient(Action<CosmosClientOptions>? configure = null, string? connectionString = null)
    {
        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, UseSystemTextJsonSerializerWithOptions = JsonSerializerOptions.Web };
        configure?.Invoke(options);
        return new CosmosClient(connectionString ?? ConnectionString, options);
    }

    /// <summary>A container of its own.</summary>
    public async Task<Container> CreateContainerAsync(ContainerProperties? properties = null)
    {
        Database database = await Client.CreateDatabaseIfNotExistsAsync("lab");
        return await database.CreateContainerAsync(properties ?? new ContainerProperties($"c{Guid.CreateVersion7():N}", "/tenant"));
    }

    /// <summary>As a crash does: without a word.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async Task StartProcessAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Platform.Emulators.Cosmos.dll"), "--urls", Address.OriginalString]);
        start.Environment["Cosmos__Folder"] = Folder;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        foreach (var (name, value) in _settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        _process = Process.Start(start)!;
        using var client = new HttpClient { BaseAddress = Address };
        await Platform.Tests.Support.Eventually.HoldsAsync(() => IsAliveAsync(client), "the emulator is alive", TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is not null)
            await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<bool> IsAliveAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync("/alive");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

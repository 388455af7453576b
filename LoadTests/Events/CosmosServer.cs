using Microsoft.Azure.Cosmos;
using Platform.Analytics;
using Platform.LoadTests.Http;

namespace Platform.LoadTests.Events;

/// <summary>The development emulator of Cosmos DB in a process of its own, with empty data.</summary>
internal sealed class CosmosServer : IDisposable
{
    // The one that Microsoft publishes for its emulator.
    private const string Key = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    private readonly ServerProcess _process;
    private readonly DirectoryInfo _folder;

    private CosmosServer(ServerProcess process, DirectoryInfo folder) => (_process, _folder) = (process, folder);

    internal string ConnectionString => $"AccountEndpoint={_process.Address};AccountKey={Key}";

    /// <summary>What its process takes of memory now.</summary>
    internal double Megabytes => _process.Megabytes;

    internal static async Task<CosmosServer> StartAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("bench-cosmos-");
        var process = ServerProcess.Start(Path.Combine(AppContext.BaseDirectory, "Platform.Emulators.Cosmos.dll"), [], new Dictionary<string, string> { ["Cosmos__Folder"] = folder.FullName }, processor: null);
        var server = new CosmosServer(process, folder);
        try
        {
            using var client = new HttpClient();
            await process.ReadyAsync(client, "/alive", cancellationToken);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>A client as the service has it.</summary>
    /// <param name="gathers">Whether it gathers single requests, to send them together.</param>
    internal CosmosClient CreateClient(bool gathers)
    {
        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, AllowBulkExecution = gathers };
        CosmosClients.Configure(options);
        return new CosmosClient(ConnectionString, options);
    }

    public void Dispose()
    {
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}

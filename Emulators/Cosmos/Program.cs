using Platform.Emulators.Cosmos.Http;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos;

/// <summary>Answers what the SDK of Azure Cosmos DB for NoSQL asks, for machines without a container engine.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            await using var app = Build(args);
            await app.RunAsync();
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or IOException)
        {
            // A setting that cannot be used, files that are damaged, an address that is taken: the sentence says all.
            await Console.Error.WriteLineAsync($"The Cosmos DB emulator cannot start: {e.Message}");
            return 1;
        }
    }

    private static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var settings = EmulatorSettings.From(builder.Configuration);
        // Whoever follows a change feed asks several times a second, and each request would be eight lines.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.MaxBytes;
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(_ => Account.Open(settings.Folder));
        builder.Services.AddSingleton(services => new MasterKey(settings.Key, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new Throughput(settings.RequestUnits, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService<Upkeep>();

        var app = builder.Build();
        // Before the first request: what is in the folder takes a while to read.
        app.Services.GetRequiredService<Account>();
        app.UseRouting();
        app.UseMiddleware<Pipeline>();
        app.MapGet("/alive", [Open] () => "alive");
        app.MapDatabases();
        app.MapContainers();
        app.MapItems();
        app.MapExplorer();
        return app;
    }
}

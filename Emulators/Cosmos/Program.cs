using Platform.Emulators.Cosmos.Http;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos;

/// <summary>Answers what the SDK of Azure Cosmos DB for NoSQL asks, for machines without a container engine.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => EmulatorProgram.RunAsync("The Cosmos DB emulator", () => Build(args));

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

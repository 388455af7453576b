using Platform.Analytics.Ingest;

namespace Platform.Analytics;

/// <summary>Takes what happened in the database into Cosmos DB.</summary>
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
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // A setting that cannot be used, or an address that is taken: the sentence says all, a stack trace would hide it.
            await Console.Error.WriteLineAsync($"Analytics cannot start: {e.Message}");
            return 1;
        }
    }

    private static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddEventIngest();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        return app;
    }
}

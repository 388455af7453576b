using Platform.Realtime.Publishing;
using Platform.Realtime.Repair;

namespace Platform.Realtime;

internal static class Program
{
    internal static async Task<int> Main(string[] args)
    {
        try
        {
            await using var app = Build(args);
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // A setting that cannot be used, or an address that is taken: the sentence says all, a stack trace would hide it.
            await Console.Error.WriteLineAsync($"Realtime cannot start: {e.Message}");
            return 1;
        }
    }

    private static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddCaching("redis");
        builder.AddChangeLog();
        builder.AddClients();
        builder.AddCacheRepair();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapClients();
        return app;
    }
}

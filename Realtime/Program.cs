using Platform.Realtime.Publishing;
using Platform.Realtime.Repair;
using Platform.ServiceDefaults;

namespace Platform.Realtime;

internal static class Program
{
    internal static Task<int> Main(string[] args) => ServiceProgram.RunAsync("Realtime", () => Build(args));

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

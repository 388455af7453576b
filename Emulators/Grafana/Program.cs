using Microsoft.AspNetCore.HostFiltering;

namespace Platform.Emulators.Grafana;

/// <summary>Shows the dashboards of Grafana, read-only, on machines without a container engine.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => EmulatorProgram.RunAsync("The dashboard viewer", () => Build(args));

    private static WebApplication Build(string[] args)
    {
        // The page lies beside the program.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var settings = ViewerSettings.From(builder.Configuration);
        // A page that is open asks for all of its panels every few seconds.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new DashboardFolder(settings.Dashboards));
        builder.Services.AddHttpClient<PrometheusProxy>(client => client.BaseAddress = settings.Prometheus);
        // A page of another site, whose name points to this machine, is not to read the metrics.
        builder.Services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);

        var app = builder.Build();
        app.Services.GetRequiredService<DashboardFolder>().Read();
        app.UseMiddleware<PageSecurity>();
        app.UseStaticFiles();
        app.MapGrafanaApi();
        app.MapPages();
        return app;
    }
}

namespace Platform.Emulators.Grafana;

/// <summary>The page, at the addresses that Grafana gives a dashboard, so that links work in both.</summary>
internal static class Pages
{
    internal static void MapPages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", Home);
        app.MapGet("/dashboards", Page);
        app.MapGet("/d/{uid}/{slug?}", Page);
    }

    private static IResult Page(IWebHostEnvironment environment) => Results.File(Path.Combine(environment.WebRootPath, "index.html"), "text/html; charset=utf-8");

    // As Grafana is told which one is its home.
    private static IResult Home(IConfiguration configuration, DashboardFolder folder)
    {
        var home = Path.GetFileName(configuration["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]);
        return Results.Redirect(folder.Read().FirstOrDefault(one => one.File == home) is { } found ? $"/d/{found.Uid}" : "/dashboards");
    }
}

using System.Text.Json.Nodes;

namespace Platform.Emulators.Grafana;

/// <summary>What the page asks, at the addresses where Grafana answers it.</summary>
internal static class GrafanaApi
{
    internal static void MapGrafanaApi(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/health", () => Results.Json(new JsonObject { ["database"] = "ok", ["version"] = "viewer" }));
        app.MapGet("/api/search", Search);
        app.MapGet("/api/dashboards/uid/{uid}", Get);
        // One data source is all there is: what name a dashboard's variable gives it does not matter.
        app.MapMethods("/api/datasources/proxy/uid/{source}/{**path}", ["GET", "POST"],
            (string path, HttpContext context, PrometheusProxy prometheus) => prometheus.ForwardAsync(path, context));
    }

    private static IResult Search(DashboardFolder folder) => Results.Json(new JsonArray(
        [.. folder.Read().Select(one => new JsonObject { ["uid"] = one.Uid, ["title"] = one.Title, ["url"] = $"/d/{one.Uid}", ["tags"] = one.Json["tags"]?.DeepClone() ?? new JsonArray() })]));

    private static IResult Get(string uid, DashboardFolder folder) => folder.Read().FirstOrDefault(one => one.Uid == uid) is { } found
        ? Results.Json(new JsonObject { ["dashboard"] = found.Json, ["meta"] = new JsonObject { ["provisioned"] = true, ["canEdit"] = false } })
        : Results.NotFound(new { message = "Dashboard not found" });
}

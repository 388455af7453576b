using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Platform.ServiceDefaults;

/// <summary>
/// <c>/health</c> asks every registered check, <c>/alive</c> only those tagged <c>live</c>. 200 when healthy or degraded,
/// 503 when unhealthy; the body says which dependency, how it is and how long it took to tell.
/// </summary>
internal static class DependencyHealth
{
    private const string Live = "live";

    public static void AddDependencyHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddMeasurements<HealthMetrics>();
        builder.Services.AddHealthChecks()
            .AddCheck("self", () => HealthCheckResult.Healthy(), [Live])
            .AddCheck<Draining>("accepting");
        // A dependency that hangs must not hang the answer about it.
        builder.Services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Timeout == Timeout.InfiniteTimeSpan))
                check.Timeout = TimeSpan.FromSeconds(3);
        });
    }

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        Map("/health", _ => true);
        Map("/alive", check => check.Tags.Contains(Live));

        void Map(string path, Func<HealthCheckRegistration, bool> which) => endpoints
            .MapHealthChecks(path, new HealthCheckOptions { Predicate = which, ResponseWriter = WriteAsync })
            .DisableHttpMetrics().DisableRateLimiting();
    }

    private static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.RequestServices.GetRequiredService<HealthMetrics>().Found(report);
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", Word(report.Status));
        json.WriteString("duration", report.TotalDuration.ToString("c"));
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status", Word(entry.Status));
            json.WriteString("duration", entry.Duration.ToString("c"));
            json.WriteString("description", Describe(entry));
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };

    // An exception's message may quote a connection string, so only what kind of failure it was is told.
    private static string? Describe(HealthReportEntry entry)
    {
        if (entry.Exception is null)
            return entry.Description;
        var cause = entry.Exception.GetBaseException();
        return cause is SocketException socket
            ? $"{entry.Exception.GetType().Name}: {socket.SocketErrorCode}"
            : $"{entry.Exception.GetType().Name}{(ReferenceEquals(cause, entry.Exception) ? "" : $": {cause.GetType().Name}")}";
    }
}

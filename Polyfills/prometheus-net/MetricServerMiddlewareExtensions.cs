using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Prometheus;

/// <summary>Maps the endpoint that Prometheus scrapes.</summary>
public static class MetricServerMiddlewareExtensions
{
    /// <summary>Maps the metrics to <paramref name="pattern"/>.</summary>
    public static IEndpointConventionBuilder MapMetrics(
        this IEndpointRouteBuilder endpoints, Action<MetricServerMiddleware.Settings> configure, string pattern = "/metrics")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(configure);
        var settings = new MetricServerMiddleware.Settings();
        configure(settings);
        return endpoints
            .Map(pattern, endpoints.CreateApplicationBuilder().UseMiddleware<MetricServerMiddleware>(settings).Build())
            .WithDisplayName("Prometheus metrics");
    }

    /// <summary>Maps the metrics of <paramref name="registry"/>, or of the default one, to <paramref name="pattern"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static IEndpointConventionBuilder MapMetrics(
        this IEndpointRouteBuilder endpoints, string pattern = "/metrics", CollectorRegistry? registry = null) =>
        endpoints.MapMetrics(settings => settings.Registry = registry, pattern);
}

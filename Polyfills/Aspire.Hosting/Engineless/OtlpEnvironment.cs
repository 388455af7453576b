using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Engineless;

/// <summary>The OpenTelemetry variables of a project.</summary>
internal static class OtlpEnvironment
{
    public static void Add(EnvironmentCallbackContext context, IDistributedApplicationBuilder builder)
    {
        var variables = context.EnvironmentVariables;
        variables.TryAdd("OTEL_SERVICE_NAME", context.Resource.Name);
        // Stable, so that what was recorded before a restart belongs to the same instance.
        variables.TryAdd("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={context.Resource.Name}");
        if ((builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? builder.Configuration["DOTNET_DASHBOARD_OTLP_ENDPOINT_URL"]) is not { Length: > 0 } endpoint)
            return;
        variables.TryAdd("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
        variables.TryAdd("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
        if (builder.Configuration["AppHost:OtlpApiKey"] is { Length: > 0 } key)
            variables.TryAdd("OTEL_EXPORTER_OTLP_HEADERS", $"x-otlp-api-key={key}");
        if (!builder.Environment.IsDevelopment())
            return;
        // Soon, so that a developer sees at once what has just happened.
        foreach (var delay in (string[])["OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"])
            variables.TryAdd(delay, "1000");
        variables.TryAdd("OTEL_TRACES_SAMPLER", "always_on");
        variables.TryAdd("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based");
    }
}

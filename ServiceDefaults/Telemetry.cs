using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults;

/// <summary>Traces, metrics and logs over OTLP; nothing at all when no endpoint is configured.</summary>
internal static class Telemetry
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // "Platform.*", "Cache", "ChangeStream", "Realtime", "Analytics" and "Cosmos" are the platform's own; the others come with the libraries in use.
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Platform.*"];
    private static readonly string[] Meters =
        ["Microsoft.AspNetCore.*", "System.Net.*", "System.Runtime", "Npgsql", "Platform.*", "Cache", "ChangeStream", "Realtime", "Analytics", "Cosmos"];

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        // Without it the server span carries no attributes at all.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        // Otherwise the spans of Azure's clients are of no source, and nobody can subscribe to them.
        AppContext.SetSwitch("Azure.Experimental.EnableActivitySource", true);

        var endpoint = builder.Configuration[EndpointKey];
        if (string.IsNullOrWhiteSpace(endpoint))
            return;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new InvalidOperationException($"{EndpointKey} must be an absolute http or https address.");

        var configuration = builder.Configuration;
        var service = builder.Environment.ApplicationName;
        // In the service's own container, so that what a client package subscribes to there takes part.
        new HostTelemetry(builder.Services)
            .ConfigureResource(resource => Describe(resource, configuration, service))
            .WithTracing(traces => traces.AddSource(Sources).AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter());
        builder.Logging.AddOpenTelemetry(logs =>
        {
            var resource = ResourceBuilder.CreateDefault();
            Describe(resource, configuration, service);
            logs.SetResourceBuilder(resource);
            logs.IncludeFormattedMessage = true;
            logs.IncludeScopes = true;
            logs.AddOtlpExporter();
        });
        builder.Services.AddHostedService<TelemetryLifetime>();
    }

    // OTEL_SERVICE_NAME wins over the assembly's name, which is all we know otherwise.
    private static void Describe(ResourceBuilder resource, IConfiguration configuration, string service) =>
        resource.AddService(
            configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : service,
            autoGenerateServiceInstanceId: !(configuration["OTEL_RESOURCE_ATTRIBUTES"] ?? "").Contains("service.instance.id=", StringComparison.Ordinal));
}

/// <summary>What <c>AddOpenTelemetry()</c> of OpenTelemetry.Extensions.Hosting gives, a package that not every feed has.</summary>
internal sealed class HostTelemetry(IServiceCollection services) : IOpenTelemetryBuilder
{
    public IServiceCollection Services => services;
}

/// <summary>Starts the providers, which begin to listen only when made, and sends what they hold at the end.</summary>
internal sealed class TelemetryLifetime(TracerProvider traces, MeterProvider metrics) : IHostedService
{
    private const int FlushMilliseconds = 2000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            traces.ForceFlush(FlushMilliseconds);
            metrics.ForceFlush(FlushMilliseconds);
        },
        CancellationToken.None);
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Platform.ServiceDefaults;
using Prometheus;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of the platform has: telemetry, health, metrics, problem details, limits, draining.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>The largest request body a service reads, in bytes (1 MiB). A larger one is answered 413.</summary>
    public const long MaxRequestBodyBytes = 1_048_576;

    /// <summary>
    /// Adds the defaults. Call it first: what it adds runs outside everything the service adds itself.
    /// <list type="bullet">
    /// <item>OpenTelemetry traces, metrics and logs over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</item>
    /// <item>Health checks; each is cut off after 3 seconds unless it has a timeout of its own.</item>
    /// <item>RFC 9457 problem details with <c>traceId</c> for every error.</item>
    /// <item>Limits: 1 MiB request bodies; a request that runs longer than <c>Requests:Timeout</c> (30 s) is answered 503.</item>
    /// <item>Draining on shutdown (<c>Shutdown:Delay</c>, <c>Shutdown:Timeout</c>).</item>
    /// </list>
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.AddDraining();
        builder.AddDependencyHealth();
        builder.Services.AddProblemAnswers();
        PrometheusMetrics.Register(builder.Services);
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
        });
        var timeout = Settings.Duration(builder.Configuration, "Requests:Timeout", TimeSpan.FromSeconds(30),
            TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        builder.Services.AddRequestTimeouts(options => options.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = timeout,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        });
        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> (ready: every dependency), <c>/alive</c> (the process itself) and <c>/metrics</c>
    /// (Prometheus text), and applies the request timeout to the endpoints mapped before and after.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // In Development the host puts its exception page between the outermost handler and what is mapped here; callers
        // get the problem there too.
        app.UseExceptionHandler();
        // Here and not, as is usual, before all that a service uses: an endpoint that routing runs at once (ShortCircuit)
        // is then inside the handler, too. Authentication and authorisation have to be used after it.
        app.UseRouting();
        app.UseRequestTimeouts();
        app.MapHealth();
        app.MapMetrics().DisableHttpMetrics().DisableRateLimiting();
        return app;
    }
}

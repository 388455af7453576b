using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Prometheus;

/// <summary>Answers a scrape. Used through <c>MapMetrics</c>.</summary>
public sealed class MetricServerMiddleware
{
    private const string Text = "text/plain";
    private const string OpenMetrics = "application/openmetrics-text";

    private readonly CollectorRegistry _registry;
    private readonly bool _openMetrics;

    /// <inheritdoc cref="MetricServerMiddleware"/>
    /// <param name="next">Not called: this is the end of the pipeline.</param>
    /// <param name="settings">What to export.</param>
    public MetricServerMiddleware(RequestDelegate next, Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _registry = settings.Registry ?? Metrics.DefaultRegistry;
        _openMetrics = settings.EnableOpenMetrics;
    }

    /// <summary>What to export.</summary>
    public sealed class Settings
    {
        /// <summary>Null for <see cref="Metrics.DefaultRegistry"/>.</summary>
        public CollectorRegistry? Registry { get; set; }

        /// <summary>Whether a client that prefers OpenMetrics gets it. True by default.</summary>
        public bool EnableOpenMetrics { get; set; } = true;
    }

    /// <summary>Collects and answers 200, or 503 when a callback fails the scrape.</summary>
    public async Task Invoke(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var response = context.Response;
        try
        {
            var format = Negotiate(context.Request);
            var text = await _registry.CollectAsync(format, context.RequestAborted);
            response.ContentType = format == ExpositionFormat.OpenMetricsText
                ? $"{OpenMetrics}; version=1.0.0; charset=utf-8"
                : $"{Text}; version=0.0.4; charset=utf-8";
            response.ContentLength = text.Length;
            await response.Body.WriteAsync(text, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The scraper gave up, which concerns nobody else.
        }
        catch (ScrapeFailedException error)
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await response.WriteAsync(error.Message, CancellationToken.None);
        }
    }

    // A query parameter stands in for the header, to look at either format in a browser.
    private ExpositionFormat Negotiate(HttpRequest request)
    {
        var accepted = request.Query.TryGetValue("accept", out var asked) ? asked : request.Headers.Accept;
        var first = accepted.ToString().Split(',')
            .Select(part => MediaTypeWithQualityHeaderValue.TryParse(part, out var type) ? type : null)
            .Where(type => type?.MediaType is Text || (_openMetrics && type?.MediaType is OpenMetrics))
            .MaxBy(type => type!.Quality ?? 1);
        return first?.MediaType is OpenMetrics ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText;
    }
}

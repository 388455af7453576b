using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace Platform.ServiceDefaults;

/// <summary>What <c>/metrics</c> exports: the process, and every instrument under its Prometheus name.</summary>
internal sealed class PrometheusMetrics : IHostedService
{
    public static void Register(IServiceCollection services)
    {
        // The runtime's event counters say again what its meters say.
        Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressEventCounters = true });
        Metrics.ConfigureMeterAdapter(options => options.ResolveHistogramBuckets = Buckets);
        services.AddHostedService<PrometheusMetrics>();
    }

    // The adapter starts with the first collection; without this one, whatever happens before the first scrape is lost.
    public Task StartAsync(CancellationToken cancellationToken) =>
        Metrics.DefaultRegistry.CollectAndExportAsTextAsync(Stream.Null, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // An instrument knows best which sizes matter to it; http.server.request.duration does.
    private static double[] Buckets(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound),
            _ => null,
        };
        return advised?.ToArray() is { Length: > 0 } bounds ? bounds : MeterAdapterOptions.DefaultHistogramBuckets;
    }
}

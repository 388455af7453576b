using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Platform.ServiceDefaults;

/// <summary>What <c>/metrics</c> exports: the process, and every instrument under its Prometheus name.</summary>
internal static class PrometheusMetrics
{
    public static void Register(IServiceCollection services)
    {
        // The runtime's event counters say again what its meters say.
        Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressEventCounters = true });
        Metrics.ConfigureMeterAdapter(options =>
        {
            options.ResolveHistogramBuckets = Buckets;
            options.InstrumentFilterPredicate = IsWanted;
            // A counter that went away would come back at a value that rate() has not seen it rise to. The labels are few.
            options.MetricsExpireAfter = TimeSpan.FromDays(30);
        });
        services.AddSingleton<ILoggerProvider, LogMetrics>();
        // The adapter starts with the first collection; without this one, whatever is counted before the first scrape is lost,
        // and the zeros that counters begin with. To nowhere, so that it does not wait.
        Metrics.DefaultRegistry.CollectAndExportAsTextAsync(Stream.Null, CancellationToken.None).GetAwaiter().GetResult();
    }

    // What .NET keeps for its own makers is not for those who run a service.
    private static bool IsWanted(Instrument instrument) => !instrument.Meter.Name.StartsWith("Private.", StringComparison.Ordinal);

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

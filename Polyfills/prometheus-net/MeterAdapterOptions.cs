using System.Diagnostics.Metrics;

namespace Prometheus;

/// <summary>What the meter adapter exports, where and how.</summary>
public sealed record MeterAdapterOptions
{
    /// <summary>25 upper bounds from 0.01, each twice the one before.</summary>
    public static readonly double[] DefaultHistogramBuckets = Histogram.ExponentialBuckets(0.01, 2, 25);

    // Kept, so that two objects with the defaults are equal.
    private static readonly Func<Instrument, bool> Everything = static _ => true;
    private static readonly Func<Instrument, double[]> SameBuckets = static _ => DefaultHistogramBuckets;

    /// <summary>The defaults, each time as a new object.</summary>
    public static MeterAdapterOptions Default => new();

    /// <summary>Which instruments to export; all by default.</summary>
    public Func<Instrument, bool> InstrumentFilterPredicate { get; set; } = Everything;

    /// <summary>A series that was not updated for so long is removed. 5 minutes by default.</summary>
    public TimeSpan MetricsExpireAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Where to export; <see cref="Metrics.DefaultRegistry"/> by default.</summary>
    public CollectorRegistry Registry { get; set; } = Metrics.DefaultRegistry;

    /// <summary>The upper bounds of a histogram; <see cref="DefaultHistogramBuckets"/> by default.</summary>
    public Func<Instrument, double[]> ResolveHistogramBuckets { get; set; } = SameBuckets;
}

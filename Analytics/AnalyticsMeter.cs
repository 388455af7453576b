using System.Diagnostics.Metrics;

namespace Platform.Analytics;

/// <summary>What all measurements of Analytics have in common; in Prometheus they are <c>analytics_*</c>. The names are a contract.</summary>
internal static class AnalyticsMeter
{
    /// <summary>The name of the meter; exporters must be told of it.</summary>
    internal const string Name = "Analytics";

    /// <summary>Bounds for lags: what is usual is in tenths of seconds, what matters in minutes.</summary>
    internal static readonly InstrumentAdvice<double> Lags = new() { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600] };
}

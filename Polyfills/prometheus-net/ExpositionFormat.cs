namespace Prometheus;

/// <summary>The formats of the export.</summary>
public enum ExpositionFormat
{
    /// <summary>Prometheus text format 0.0.4.</summary>
    PrometheusText,

    /// <summary>OpenMetrics text format 1.0.0.</summary>
    OpenMetricsText,
}

internal enum MetricType
{
    Counter,
    Gauge,
    Summary,
    Histogram,
}

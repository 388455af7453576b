namespace Prometheus;

/// <summary>What can be chosen when a metric is made.</summary>
public abstract class MetricConfiguration
{
    private protected MetricConfiguration()
    {
    }

    /// <summary>The names of the labels; null or empty for none. Ignored where label names are an argument of their own.</summary>
    public string[]? LabelNames { get; set; }

    /// <summary>When true, a series is exported only after its first use. False by default: it is exported at once, as zero.</summary>
    public bool SuppressInitialValue { get; set; }
}

/// <inheritdoc/>
public sealed class CounterConfiguration : MetricConfiguration;

/// <inheritdoc/>
public sealed class GaugeConfiguration : MetricConfiguration;

/// <inheritdoc/>
public sealed class HistogramConfiguration : MetricConfiguration
{
    /// <summary>
    /// Upper bounds (inclusive), rising; +Inf is added when absent. Null for 5 ms to 10 s in 14 steps.
    /// </summary>
    public double[]? Buckets { get; set; }
}

namespace Prometheus;

/// <summary>Makes metrics in one registry. Asking again for the same name and label names gives the same metric.</summary>
public sealed class MetricFactory
{
    private readonly CollectorRegistry _registry;

    internal MetricFactory(CollectorRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        _registry = registry;
    }

    /// <inheritdoc cref="CreateCounter(string, string, string[], CounterConfiguration?)"/>
    public Counter CreateCounter(string name, string help, CounterConfiguration? configuration = null) =>
        CreateCounter(name, help, configuration?.LabelNames ?? [], configuration);

    /// <summary>A value that only grows, and starts at zero with the process.</summary>
    /// <param name="name">What matches <c>[a-zA-Z_][a-zA-Z0-9_]*</c>.</param>
    /// <param name="help">What it counts, for people.</param>
    /// <param name="labelNames">Names as for <paramref name="name"/>, each once, none beginning with two underscores.</param>
    /// <param name="configuration">Null for the defaults.</param>
    /// <exception cref="ArgumentException">A name is not valid.</exception>
    /// <exception cref="InvalidOperationException">The name is taken by a metric of another type, or a label occurs twice.</exception>
    public Counter CreateCounter(string name, string help, string[] labelNames, CounterConfiguration? configuration = null) =>
        _registry.GetOrAdd(name, labelNames, names => new Counter(name, help, names, configuration ?? new()));

    /// <inheritdoc cref="CreateCounter(string, string, string[], CounterConfiguration?)"/>
    public Counter CreateCounter(string name, string help, params string[] labelNames) =>
        CreateCounter(name, help, labelNames, null);

    /// <inheritdoc cref="CreateGauge(string, string, string[], GaugeConfiguration?)"/>
    public Gauge CreateGauge(string name, string help, GaugeConfiguration? configuration = null) =>
        CreateGauge(name, help, configuration?.LabelNames ?? [], configuration);

    /// <summary>A value that goes up and down.</summary>
    /// <inheritdoc cref="CreateCounter(string, string, string[], CounterConfiguration?)"/>
    public Gauge CreateGauge(string name, string help, string[] labelNames, GaugeConfiguration? configuration = null) =>
        _registry.GetOrAdd(name, labelNames, names => new Gauge(name, help, names, configuration ?? new()));

    /// <inheritdoc cref="CreateGauge(string, string, string[], GaugeConfiguration?)"/>
    public Gauge CreateGauge(string name, string help, params string[] labelNames) =>
        CreateGauge(name, help, labelNames, null);

    /// <inheritdoc cref="CreateHistogram(string, string, string[], HistogramConfiguration?)"/>
    public Histogram CreateHistogram(string name, string help, HistogramConfiguration? configuration = null) =>
        CreateHistogram(name, help, configuration?.LabelNames ?? [], configuration);

    /// <summary>Counts observations by size, in buckets.</summary>
    /// <inheritdoc cref="CreateCounter(string, string, string[], CounterConfiguration?)"/>
    public Histogram CreateHistogram(string name, string help, string[] labelNames, HistogramConfiguration? configuration = null) =>
        _registry.GetOrAdd(name, labelNames, names => new Histogram(name, help, names, configuration ?? new()));

    /// <inheritdoc cref="CreateHistogram(string, string, string[], HistogramConfiguration?)"/>
    public Histogram CreateHistogram(string name, string help, params string[] labelNames) =>
        CreateHistogram(name, help, labelNames, null);
}

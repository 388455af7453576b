namespace Prometheus;

/// <summary>Entry point: makes metrics in the default registry, which exports some metrics of its own unless told not to.</summary>
public static class Metrics
{
    private static Action<MeterAdapterOptions> _configureMeterAdapter = static _ => { };

    static Metrics() => SuppressDefaultMetrics(new SuppressDefaultMetricOptions());

    /// <summary>Where metrics go that are made without naming a registry, and what <c>MapMetrics</c> exports.</summary>
    public static CollectorRegistry DefaultRegistry { get; } = new();

    /// <summary>Makes metrics in <see cref="DefaultRegistry"/>.</summary>
    public static MetricFactory DefaultFactory { get; } = new(DefaultRegistry);

    /// <summary>A registry of its own, without the default metrics.</summary>
    public static CollectorRegistry NewCustomRegistry() => new();

    /// <summary>A factory that makes metrics in <paramref name="registry"/>.</summary>
    public static MetricFactory WithCustomRegistry(CollectorRegistry registry) => new(registry);

    /// <summary>A value that only grows, and starts at zero with the process.</summary>
    /// <inheritdoc cref="MetricFactory.CreateCounter(string, string, string[], CounterConfiguration?)"/>
    public static Counter CreateCounter(string name, string help, CounterConfiguration? configuration = null) =>
        DefaultFactory.CreateCounter(name, help, configuration);

    /// <inheritdoc cref="CreateCounter(string, string, CounterConfiguration?)"/>
    public static Counter CreateCounter(string name, string help, string[] labelNames, CounterConfiguration? configuration = null) =>
        DefaultFactory.CreateCounter(name, help, labelNames, configuration);

    /// <inheritdoc cref="CreateCounter(string, string, CounterConfiguration?)"/>
    public static Counter CreateCounter(string name, string help, params string[] labelNames) =>
        DefaultFactory.CreateCounter(name, help, labelNames);

    /// <summary>A value that goes up and down.</summary>
    /// <inheritdoc cref="MetricFactory.CreateCounter(string, string, string[], CounterConfiguration?)"/>
    public static Gauge CreateGauge(string name, string help, GaugeConfiguration? configuration = null) =>
        DefaultFactory.CreateGauge(name, help, configuration);

    /// <inheritdoc cref="CreateGauge(string, string, GaugeConfiguration?)"/>
    public static Gauge CreateGauge(string name, string help, string[] labelNames, GaugeConfiguration? configuration = null) =>
        DefaultFactory.CreateGauge(name, help, labelNames, configuration);

    /// <inheritdoc cref="CreateGauge(string, string, GaugeConfiguration?)"/>
    public static Gauge CreateGauge(string name, string help, params string[] labelNames) =>
        DefaultFactory.CreateGauge(name, help, labelNames);

    /// <summary>Counts observations by size, in buckets.</summary>
    /// <inheritdoc cref="MetricFactory.CreateCounter(string, string, string[], CounterConfiguration?)"/>
    public static Histogram CreateHistogram(string name, string help, HistogramConfiguration? configuration = null) =>
        DefaultFactory.CreateHistogram(name, help, configuration);

    /// <inheritdoc cref="CreateHistogram(string, string, HistogramConfiguration?)"/>
    public static Histogram CreateHistogram(string name, string help, string[] labelNames, HistogramConfiguration? configuration = null) =>
        DefaultFactory.CreateHistogram(name, help, labelNames, configuration);

    /// <inheritdoc cref="CreateHistogram(string, string, HistogramConfiguration?)"/>
    public static Histogram CreateHistogram(string name, string help, params string[] labelNames) =>
        DefaultFactory.CreateHistogram(name, help, labelNames);

    /// <summary>Leaves all default metrics out of <see cref="DefaultRegistry"/>. No effect after its first collection.</summary>
    public static void SuppressDefaultMetrics() => SuppressDefaultMetrics(SuppressDefaultMetricOptions.All);

    /// <summary>Chooses the default metrics of <see cref="DefaultRegistry"/>. No effect after its first collection.</summary>
    public static void SuppressDefaultMetrics(SuppressDefaultMetricOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        DefaultRegistry.SetBeforeFirstCollect(() => options.Apply(DefaultRegistry, _configureMeterAdapter));
    }

    /// <summary>Changes the options of the meter adapter that starts with the first collection of <see cref="DefaultRegistry"/>.</summary>
    public static void ConfigureMeterAdapter(Action<MeterAdapterOptions> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _configureMeterAdapter = callback;
    }
}

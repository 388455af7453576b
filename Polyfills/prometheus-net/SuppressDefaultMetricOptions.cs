namespace Prometheus;

/// <summary>Which of the default metrics to leave out; none by default.</summary>
public sealed class SuppressDefaultMetricOptions
{
    internal static readonly SuppressDefaultMetricOptions All = new()
    {
        SuppressProcessMetrics = true,
        SuppressDebugMetrics = true,
        SuppressEventCounters = true,
        SuppressMeters = true,
    };

    /// <summary>Leaves out <c>process_*</c> and <c>dotnet_*</c>.</summary>
    public bool SuppressProcessMetrics { get; set; }

    /// <summary>Leaves out <c>prometheus_net_*</c>, the counts of what is exported.</summary>
    public bool SuppressDebugMetrics { get; set; }

    /// <summary>Leaves out event counters. This stand-in never exports them.</summary>
    public bool SuppressEventCounters { get; set; }

    /// <summary>Leaves out the instruments of <see cref="System.Diagnostics.Metrics"/>.</summary>
    public bool SuppressMeters { get; set; }

    internal void Apply(CollectorRegistry registry, Action<MeterAdapterOptions> configureMeterAdapter)
    {
        if (!SuppressProcessMetrics)
            DotNetStats.Register(registry);
        if (!SuppressDebugMetrics)
            RegistryStats.Register(registry);
        if (!SuppressMeters)
        {
            var options = new MeterAdapterOptions();
            configureMeterAdapter(options);
            MeterAdapter.StartListening(options);
        }
    }
}

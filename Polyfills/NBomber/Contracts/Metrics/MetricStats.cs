namespace NBomber.Contracts.Metrics;

/// <summary>Figures of metrics of one's own, of which there are none here.</summary>
public sealed class MetricStats;

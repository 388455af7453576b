using System.Diagnostics.Metrics;

namespace Platform.Analytics.Projections;

/// <summary>What is measured of projections; in Prometheus <c>analytics_*</c>. The names are a contract.</summary>
internal sealed class ProjectionTelemetry
{
    private readonly Counter<long> _events;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _lag;

    public ProjectionTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(AnalyticsMeter.Name);
        _events = meter.CreateCounter<long>("events_projected_total", "{event}", "Events that projections have taken in, by purpose: serve or rebuild.");
        _retries = meter.CreateCounter<long>("projection_retries_total", "{retry}", "How often a page of events had to be begun again.");
        _lag = meter.CreateHistogram("projection_lag_seconds", "s", "From the commit in PostgreSQL until the projections that are read have it.", advice: AnalyticsMeter.Lags);
        Projected(0, rebuilding: false);
        Projected(0, rebuilding: true);
        _retries.Add(0);
    }

    internal void Projected(int count, bool rebuilding) => _events.Add(count, new KeyValuePair<string, object?>("purpose", rebuilding ? "rebuild" : "serve"));

    internal void Retried() => _retries.Add(1);

    internal void Lagged(TimeSpan sinceCommit) => _lag.Record(Math.Max(0, sinceCommit.TotalSeconds));
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Platform.Analytics.Reconciliation;

/// <summary>What is measured of it; in Prometheus <c>analytics_reconcile_*</c>. The names are a contract.</summary>
internal sealed class ReconciliationTelemetry
{
    private readonly ConcurrentDictionary<string, long> _drift = new(StringComparer.Ordinal);
    private readonly Counter<long> _repaired;
    private readonly Counter<long> _passes;

    public ReconciliationTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(AnalyticsMeter.Name);
        _repaired = meter.CreateCounter<long>("reconcile_repaired_rows_total", null, "Rows of which the event store said something else than the database, and that were put right.");
        _passes = meter.CreateCounter<long>("reconcile_passes_total", "{pass}", "How often all was compared.");
        _passes.Add(0);
        meter.CreateObservableGauge("reconcile_drift_rows", () => _drift.Select(table => new Measurement<long>(table.Value, Table(table.Key))), null,
            "Rows of which the event store said something else than the database, as the last pass found, or the one that runs if it has found more.");
    }

    /// <summary>A range was compared.</summary>
    internal void Compared(ReconciledTable table)
    {
        _drift.AddOrUpdate(table.Table, table.Drift, (_, before) => Math.Max(before, table.Drift));
        if (table.Repaired > 0)
            _repaired.Add(table.Repaired, Table(table.Table));
    }

    /// <summary>A pass has ended.</summary>
    internal void Ended(IEnumerable<ReconciledTable> tables)
    {
        foreach (var table in tables)
            _drift[table.Table] = table.Drift;
        _passes.Add(1);
    }

    private static KeyValuePair<string, object?> Table(string name) => new("table", name);
}

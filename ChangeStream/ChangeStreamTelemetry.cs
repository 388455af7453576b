using System.Diagnostics.Metrics;

namespace Platform.ChangeStream;

/// <summary>What a reader counts; in Prometheus <c>changestream_*</c>, each with the label <c>slot</c>.</summary>
internal sealed class ChangeStreamTelemetry
{
    internal const string MeterName = "ChangeStream";

    private readonly KeyValuePair<string, object?> _slot;
    private readonly Counter<long> _transactions;
    private readonly Counter<long> _changes;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _snapshotRows;
    private readonly Histogram<int> _batchSize;
    private ChangeStreamStatus _status = ChangeStreamStatus.None;

    internal ChangeStreamTelemetry(Meter meter, string slot)
    {
        _slot = new("slot", slot);
        _transactions = meter.CreateCounter<long>("transactions_total", "{transaction}", "Transactions received to their end, those without changes included.");
        _changes = meter.CreateCounter<long>("changes_total", "{change}", "Changes of rows delivered.");
        _gaps = meter.CreateCounter<long>("gaps_total", "{gap}", "Gaps delivered: the slot was lost.");
        _snapshotRows = meter.CreateCounter<long>("snapshot_rows_total", "{row}", "Rows delivered by snapshots.");
        _batchSize = meter.CreateHistogram("batch_changes", "{change}", "Changes in a batch.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 50, 100, 500, 1_000, 10_000] });
        foreach (var counter in new[] { _transactions, _changes, _gaps, _snapshotRows })
            counter.Add(0, _slot);
        Gauge("lag_seconds", "s", "For how long what the consumer has not confirmed is committed; 0 when it has all.", status => status.Lag.TotalSeconds);
        Gauge("lag_bytes", "By", "WAL that the consumer has not confirmed.", status => status.Slot?.LagBytes);
        Gauge("retained_wal_bytes", "By", "WAL that the server keeps for the slot.", status => status.Slot?.RetainedBytes);
        Gauge("safe_wal_bytes", "By", "WAL that may yet be written before the slot is in danger of being lost; nothing without a limit.", status => status.Slot?.SafeBytes);
        Gauge("slot_lost", "{slot}", "1 when the server no longer has the WAL that the slot needs.", status => status.Slot is { } state ? state.IsLost ? 1 : 0 : null);
        Gauge("active", "{reader}", "1 while this process reads from the slot; 0 while it waits for it.", status => status.IsActive ? 1 : 0);

        void Gauge(string name, string unit, string description, Func<ChangeStreamStatus, double?> value) =>
            meter.CreateObservableGauge(name, () => value(_status) is { } now ? [new Measurement<double>(now, _slot)] : Array.Empty<Measurement<double>>(), unit, description);
    }

    internal ChangeStreamStatus Status
    {
        get => Volatile.Read(ref _status);
        set => Volatile.Write(ref _status, value);
    }

    internal void Transaction() => _transactions.Add(1, _slot);

    internal void Batch(int changes)
    {
        _changes.Add(changes, _slot);
        _batchSize.Record(changes, _slot);
    }

    internal void Snapshot(int rows) => _snapshotRows.Add(rows, _slot);

    internal void Gap() => _gaps.Add(1, _slot);
}

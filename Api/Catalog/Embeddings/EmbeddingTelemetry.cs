using System.Diagnostics.Metrics;

namespace Platform.Api.Catalog.Embeddings;

/// <summary>The measurements of <see cref="EmbeddingWorker"/>; in Prometheus <c>platform_embeddings_*</c>.</summary>
internal sealed class EmbeddingTelemetry
{
    private readonly Counter<long> _written;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _batchDuration;
    private long _pending;

    public EmbeddingTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Platform.Embeddings");
        meter.CreateObservableGauge("pending_changes", () => Interlocked.Read(ref _pending), "{change}",
            "Changes to books that no vector takes into account yet.");
        _written = meter.CreateCounter<long>("written_total", "{vector}", "Vectors made and stored.");
        _failures = meter.CreateCounter<long>("failures_total", "{batch}", "Batches given up; their changes stay pending.");
        _written.Add(0);
        _failures.Add(0);
        _batchDuration = meter.CreateHistogram("batch_duration_seconds", "s", "From taking a batch to having stored its vectors.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100] });
    }

    public long Pending
    {
        get => Interlocked.Read(ref _pending);
        set => Interlocked.Exchange(ref _pending, value);
    }

    public void BatchStored(int vectors, TimeSpan took)
    {
        _written.Add(vectors);
        _batchDuration.Record(took.TotalSeconds);
    }

    public void BatchFailed() => _failures.Add(1);
}

using System.Diagnostics.Metrics;
using System.Text;
using Platform.Caching;
using Prometheus;

namespace Platform.Tests.Caching;

/// <summary>The names, labels and values that dashboards and alerts go by.</summary>
public sealed class CacheTelemetryTests : IDisposable
{
    private readonly Meter _meter = new(CacheTelemetry.MeterName);
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly IDisposable _adapter;
    private readonly CacheTelemetry _telemetry;

    public CacheTelemetryTests()
    {
        _adapter = MeterAdapter.StartListening(new MeterAdapterOptions
        {
            Registry = _registry,
            InstrumentFilterPredicate = instrument => instrument.Meter == _meter,
            ResolveHistogramBuckets = instrument => [.. ((Histogram<double>)instrument).Advice!.HistogramBucketBoundaries!],
        });
        _telemetry = new CacheTelemetry(_meter);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _adapter.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task Every_measurement_has_its_name_and_labels()
    {
        var book = _telemetry.Family("book");
        Times(1, book.MemoryHit);
        Times(2, book.RedisHit);
        Times(3, book.Miss);
        Times(4, book.StaleServed);
        Times(5, () => book.Audited(isStale: false));
        Times(6, () => book.Audited(isStale: true));
        Times(7, () => _telemetry.FillRejected(FillRejection.InvalidatedLocally));
        Times(8, () => _telemetry.Error(CacheError.KeyTooLong));
        book.LoadTook(TimeSpan.FromMilliseconds(20));
        _telemetry.ObserveMemory(() => 9000, () => [("book", 10)]);

        var exported = await ExportAsync();

        Assert.Equal(
            [
                "cache_audit_total{family=\"book\",result=\"fresh\"} 5",
                "cache_audit_total{family=\"book\",result=\"stale\"} 6",
                "cache_errors_total{reason=\"key_too_long\"} 8",
                "cache_fill_rejected_total{reason=\"invalidated_locally\"} 7",
                "cache_hits_total{family=\"book\",level=\"l1\"} 1",
                "cache_hits_total{family=\"book\",level=\"l2\"} 2",
                "cache_l1_bytes 9000",
                "cache_l1_evictions_total{family=\"book\"} 10",
                "cache_load_duration_seconds_count{family=\"book\"} 1",
                "cache_load_duration_seconds_sum{family=\"book\"} 0.02",
                "cache_misses_total{family=\"book\"} 3",
                "cache_stale_served_total{family=\"book\"} 4",
            ],
            exported.Where(line => !line.EndsWith(" 0", StringComparison.Ordinal) && !line.Contains("_bucket", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Families_and_reasons_are_there_before_anything_happens()
    {
        _telemetry.Family("book");

        var exported = await ExportAsync();

        Assert.Contains("cache_hits_total{family=\"book\",level=\"l1\"} 0", exported);
        Assert.Contains("cache_audit_total{family=\"book\",result=\"stale\"} 0", exported);
        Assert.Contains("cache_errors_total{reason=\"corrupt\"} 0", exported);
        Assert.Contains("cache_fill_rejected_total{reason=\"fence_lost\"} 0", exported);
    }

    [Fact]
    public async Task The_times_of_loads_fall_into_buckets_from_a_millisecond_to_ten_seconds()
    {
        _telemetry.Family("book").LoadTook(TimeSpan.FromMilliseconds(2));

        var exported = await ExportAsync();

        Assert.Contains("cache_load_duration_seconds_bucket{family=\"book\",le=\"0.001\"} 0", exported);
        Assert.Contains("cache_load_duration_seconds_bucket{family=\"book\",le=\"0.0025\"} 1", exported);
    }

    [Fact]
    public void No_count_is_lost_between_threads()
    {
        var counters = new StripedCounters();

        // As if all of them were on one processor: a thread can be moved between asking for its own and counting there.
        using var start = new Barrier(4);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            start.SignalAndWait(Cancellation);
            Times(10_000_000, () => counters.Increment(1, processor: 0));
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal((0, 40_000_000, 0), (counters.Sum(0), counters.Sum(1), counters.Sum(2)));
    }

    [Fact]
    public void Every_processor_has_its_count()
    {
        var counters = new StripedCounters();

        for (var processor = 0; processor < 300; processor++)
        {
            counters.Increment(StripedCounters.MaxKinds - 1, processor);
        }

        Assert.Equal((0, 300), (counters.Sum(0), counters.Sum(StripedCounters.MaxKinds - 1)));
    }

    [Fact]
    public void A_family_has_one_set_of_counters()
    {
        _telemetry.Family("book").Miss();
        _telemetry.Family("book").Miss();
        _telemetry.Family("author").Miss();

        Assert.Equal([("author", 1), ("book", 2)], _telemetry.Families.Select(f => (f.Family, f.Misses)).Order());
    }

    [Fact]
    public void Counting_a_hit_allocates_nothing()
    {
        var book = _telemetry.Family("book");
        book.MemoryHit();

        var before = GC.GetAllocatedBytesForCurrentThread();
        book.MemoryHit();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Times(int count, Action action)
    {
        for (var i = 0; i < count; i++)
        {
            action();
        }
    }

    private async Task<string[]> ExportAsync()
    {
        using var output = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(output, Cancellation);
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n').Where(line => line.StartsWith("cache_", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Platform.Caching;

/// <summary>The measurements of the cache; in Prometheus <c>cache_*</c>. Their names are a contract.</summary>
/// <remarks>
/// All counts are fields that the instruments read when somebody collects: a hit pays for one increment, whoever listens. And
/// none of them vanishes from the export for not having changed lately.
/// </remarks>
internal sealed class CacheTelemetry
{
    /// <summary>The name of the meter; exporters must be told of it.</summary>
    public const string MeterName = "Cache";

    private readonly ConcurrentDictionary<string, FamilyCounters> _families = new(StringComparer.Ordinal);
    private readonly ReasonCounters<FillRejection> _rejections = new();
    private readonly ReasonCounters<CacheError> _errors = new();
    private readonly Meter _meter;
    private readonly Histogram<double> _loadDuration;

    public CacheTelemetry(Meter meter)
    {
        _meter = meter;
        meter.CreateObservableCounter("hits_total", () => EachFamily(
            (f => f.MemoryHits, new("level", "l1")), (f => f.RedisHits, new("level", "l2"))), "{read}", "Reads answered from the cache.");
        meter.CreateObservableCounter("misses_total", () => EachFamily((f => f.Misses, null)), "{read}", "Reads that loaded the value, or waited for its load.");
        meter.CreateObservableCounter("stale_served_total", () => EachFamily((f => f.StaleServings, null)), "{read}",
            "Reads answered with a value whose time was up, because its load failed.");
        meter.CreateObservableCounter("audit_total", () => EachFamily(
            (f => f.AuditsFresh, new("result", "fresh")), (f => f.AuditsStale, new("result", "stale"))), "{comparison}", "Cached values compared with their source.");
        meter.CreateObservableCounter("fill_rejected_total", _rejections.Observe, "{value}", "Loaded values that the fence kept out of the cache.");
        meter.CreateObservableCounter("errors_total", _errors.Observe, "{error}", "What went wrong, or could not be cached; no request failed of it.");
        _loadDuration = meter.CreateHistogram("load_duration_seconds", "s", "Loads from the source, failed ones too.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    }

    public ICollection<FamilyCounters> Families => _families.Values;

    /// <summary>The counters of a family, made when it is first asked for; hold on to them where speed matters.</summary>
    public FamilyCounters Family(string name) => _families.GetOrAdd(name, static (name, duration) => new FamilyCounters(name, duration), _loadDuration);

    /// <summary>The fence kept a loaded value out.</summary>
    public void FillRejected(FillRejection reason) => _rejections.Increment(reason);

    /// <summary>Something went wrong that its caller is not to notice.</summary>
    public void Error(CacheError reason) => _errors.Increment(reason);

    public long Count(FillRejection reason) => _rejections[reason];

    public long Count(CacheError reason) => _errors[reason];

    /// <summary>Exports what the memory level says of itself.</summary>
    /// <param name="bytes">What its entries take.</param>
    /// <param name="evictions">How many had to leave since the start, by family.</param>
    public void ObserveMemory(Func<long> bytes, Func<IEnumerable<(string Family, long Evictions)>> evictions)
    {
        _meter.CreateObservableGauge("l1_bytes", bytes, "By", "What the values in memory take.");
        _meter.CreateObservableCounter(
            "l1_evictions_total",
            () => evictions().Select(f => new Measurement<long>(f.Evictions, new KeyValuePair<string, object?>("family", f.Family))),
            "{value}", "Values that left memory for want of room.");
    }

    private IEnumerable<Measurement<long>> EachFamily(params (Func<FamilyCounters, long> Read, KeyValuePair<string, object?>? Tag)[] series) =>
        from family in _families.Values
        from one in series
        let name = new KeyValuePair<string, object?>("family", family.Family)
        select one.Tag is { } tag ? new Measurement<long>(one.Read(family), name, tag) : new Measurement<long>(one.Read(family), name);
}

using System.Diagnostics.Metrics;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics.Ingest;

/// <summary>What is measured of the way into the event store; in Prometheus <c>analytics_*</c>. The names are a contract.</summary>
internal sealed class IngestTelemetry
{
    /// <summary>The name of the meter; exporters must be told of it.</summary>
    internal const string MeterName = "Analytics";

    /// <summary>Bounds for lags: what is usual is in tenths of seconds, what matters in minutes.</summary>
    internal static readonly InstrumentAdvice<double> Lags = new() { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600] };

    private readonly Counter<long> _written;
    private readonly Counter<long> _parked;
    private readonly Counter<long> _waited;
    private readonly Histogram<double> _lag;

    public IngestTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _written = meter.CreateCounter<long>("events_written_total", "{event}", "Events that the event store has taken, parked ones included.");
        _parked = meter.CreateCounter<long>("events_parked_total", "{event}", "Events that Cosmos DB refuses, and those that follow them in their streams.");
        _waited = meter.CreateCounter<long>("store_waits_total", "{wait}", "Requests to Cosmos DB that had to be made again, by reason.");
        _lag = meter.CreateHistogram("ingest_lag_seconds", "s", "From the commit in PostgreSQL until the event store has it.", advice: Lags);
        _written.Add(0);
        _parked.Add(0);
    }

    internal void Written(int count) => _written.Add(count);

    internal void Parked() => _parked.Add(1);

    internal void Waited(Exception cause) =>
        _waited.Add(1, new KeyValuePair<string, object?>("reason", cause is CosmosException { StatusCode: var status } ? ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture) : "unreachable"));

    internal void Stored(TimeSpan sinceCommit) => _lag.Record(Math.Max(0, sinceCommit.TotalSeconds));
}

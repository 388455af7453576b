using System.Diagnostics.Metrics;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics.Ingest;

/// <summary>What is measured of the way into the event store; see <see cref="AnalyticsMeter"/>.</summary>
internal sealed class IngestTelemetry
{
    private readonly Counter<long> _written;
    private readonly Counter<long> _parked;
    private readonly Counter<long> _waited;
    private readonly Histogram<double> _lag;

    public IngestTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(AnalyticsMeter.Name);
        _written = meter.CreateCounter<long>("events_written_total", "{event}", "Events that the event store has taken, parked ones included.");
        _parked = meter.CreateCounter<long>("events_parked_total", "{event}", "Events that Cosmos DB refuses, and those that follow them in their streams.");
        _waited = meter.CreateCounter<long>("store_waits_total", "{wait}", "Requests to Cosmos DB that had to be made again, by reason.");
        _lag = meter.CreateHistogram("ingest_lag_seconds", "s", "From the commit in PostgreSQL until the event store has it.", advice: AnalyticsMeter.Lags);
        _written.Add(0);
        _parked.Add(0);
    }

    internal void Written(int count) => _written.Add(count);

    internal void Parked() => _parked.Add(1);

    internal void Waited(Exception cause) =>
        _waited.Add(1, new KeyValuePair<string, object?>("reason", cause is CosmosException { StatusCode: var status } ? ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture) : "unreachable"));

    internal void Stored(TimeSpan sinceCommit) => _lag.Record(Math.Max(0, sinceCommit.TotalSeconds));
}

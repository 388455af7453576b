using System.Diagnostics.Metrics;
using Platform.Realtime.Subscriptions;

namespace Platform.Realtime;

/// <summary>What a node measures of its clients; in Prometheus <c>realtime_*</c>. The names are a contract.</summary>
internal sealed class RealtimeTelemetry
{
    /// <summary>The name of the meter; exporters must be told of it.</summary>
    internal const string MeterName = "Realtime";

    private readonly Meter _meter;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _coalesced;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _changes;
    private readonly Histogram<double> _lag;
    private long _connections;

    public RealtimeTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableGauge("connections", () => Volatile.Read(ref _connections), "{connection}", "Clients connected to this node.");
        _delivered = _meter.CreateCounter<long>("delivered_total", "{notice}", "Changes and gaps handed to connections.");
        _gaps = _meter.CreateCounter<long>("gaps_total", "{gap}", "Gaps told to subscriptions, by reason.");
        _dropped = _meter.CreateCounter<long>("dropped_total", "{notice}", "Changes that gave way to a gap, because a client took them too slowly.");
        _coalesced = _meter.CreateCounter<long>("coalesced_total", "{notice}", "Changes left out because a later one says all, for clients that were slow.");
        _failures = _meter.CreateCounter<long>("failures_total", "{failure}", "What failed for one client and nobody else, by reason.");
        _refused = _meter.CreateCounter<long>("refused_total", "{connection}", "Connections refused, by reason.");
        _changes = _meter.CreateCounter<long>("changes_total", "{change}", "Changes taken from the stream.");
        _lag = _meter.CreateHistogram("delivery_lag_seconds", "s", "From the commit in PostgreSQL until a change is given to a connection.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
        foreach (var counter in new[] { _delivered, _dropped, _coalesced, _changes })
            counter.Add(0);
        foreach (var reason in new[] { GapReason.Slow, GapReason.Lost, GapReason.History, GapReason.Revoked })
            _gaps.Add(0, Reason(reason));
        foreach (var reason in Enum.GetValues<FailureReason>())
            _failures.Add(0, Reason(Text(reason)));
        foreach (var reason in new[] { "token", "user", "address" })
            _refused.Add(0, Reason(reason));
    }

    /// <summary>A connection more or less.</summary>
    internal void Connected(int more) => Interlocked.Add(ref _connections, more);

    internal void ObserveSubscriptions(Func<int> count) =>
        _meter.CreateObservableGauge("subscriptions", count, "{subscription}", "Topics that clients of this node are subscribed to.");

    /// <summary>A change came from the stream.</summary>
    internal void Changed() => _changes.Add(1);

    /// <summary>Somebody was told of a change as it happened.</summary>
    internal void Told(TimeSpan sinceCommit) => _lag.Record(Math.Max(0, sinceCommit.TotalSeconds));

    internal void Delivered(int count) => _delivered.Add(count);

    internal void Gap(string reason) => _gaps.Add(1, Reason(reason));

    internal void Dropped(int count) => _dropped.Add(count);

    internal void Coalesced() => _coalesced.Add(1);

    internal void Failed(FailureReason reason) => _failures.Add(1, Reason(Text(reason)));

    /// <summary>A connection was not let in: <c>token</c>, <c>user</c>, <c>address</c>.</summary>
    internal void Refused(string reason) => _refused.Add(1, Reason(reason));

    private static string Text(FailureReason reason) => reason.ToString().ToLowerInvariant();

    private static KeyValuePair<string, object?> Reason(string reason) => new("reason", reason);
}

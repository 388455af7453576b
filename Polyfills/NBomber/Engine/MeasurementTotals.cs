using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <summary>What was measured of the responses that went well, or of those that failed. One thread at a time.</summary>
internal sealed class MeasurementTotals
{
    // More are a mistake of the scenario, such as an id in the status, and must not fill the memory.
    private const int MostStatuses = 1_000;

    private readonly Dictionary<string, (long Count, string Message)> _statuses = [];

    internal Histogram Latency { get; private init; } = new();

    internal Histogram Bytes { get; private init; } = new();

    internal long Count => Latency.Count;

    internal void Record(TimeSpan latency, IResponse response)
    {
        Latency.Record(latency.Ticks);
        Bytes.Record(response.SizeBytes);
        AddStatus(response.StatusCode ?? "", 1, response.Message ?? "");
    }

    internal void Add(MeasurementTotals other)
    {
        Latency.Add(other.Latency);
        Bytes.Add(other.Bytes);
        foreach (var (status, (count, message)) in other._statuses)
            AddStatus(status, count, message);
    }

    /// <summary>What was measured after an earlier state of the same totals.</summary>
    internal MeasurementTotals Since(MeasurementTotals earlier)
    {
        var later = new MeasurementTotals { Latency = Latency.Since(earlier.Latency), Bytes = Bytes.Since(earlier.Bytes) };
        foreach (var (status, (count, message)) in _statuses)
        {
            if (count - earlier._statuses.GetValueOrDefault(status).Count is > 0 and var more)
                later.AddStatus(status, more, message);
        }

        return later;
    }

    /// <summary>The figures as the package says them.</summary>
    /// <param name="isError">Whether these are the failures.</param>
    /// <param name="all">How many measurements there are, failed and not.</param>
    /// <param name="duration">How long it was measured.</param>
    internal MeasurementStats ToStats(bool isError, long all, TimeSpan duration) => new()
    {
        Request = new() { Count = (int)Count, RPS = duration > TimeSpan.Zero ? Math.Round(Count / duration.TotalSeconds, 2) : 0, Percent = Percent(Count, all) },
        Latency = new()
        {
            MinMs = Milliseconds(Latency.Minimum),
            MeanMs = Milliseconds(Latency.Mean),
            MaxMs = Milliseconds(Latency.Maximum),
            Percent50 = Milliseconds(Latency.ValueAt(50)),
            Percent75 = Milliseconds(Latency.ValueAt(75)),
            Percent95 = Milliseconds(Latency.ValueAt(95)),
            Percent99 = Milliseconds(Latency.ValueAt(99)),
            StdDev = Milliseconds(Latency.StandardDeviation),
            LatencyCount = LatencyCounts(),
        },
        DataTransfer = new()
        {
            MinBytes = Bytes.Minimum,
            MeanBytes = (long)Bytes.Mean,
            MaxBytes = Bytes.Maximum,
            Percent50 = Bytes.ValueAt(50),
            Percent75 = Bytes.ValueAt(75),
            Percent95 = Bytes.ValueAt(95),
            Percent99 = Bytes.ValueAt(99),
            StdDev = Math.Round(Bytes.StandardDeviation, 2),
            AllBytes = (long)Bytes.Sum,
        },
        StatusCodes = [.. _statuses.Where(s => s.Key.Length > 0 || s.Value.Message.Length > 0).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new StatusCodeStats
        {
            StatusCode = s.Key,
            IsError = isError,
            Message = s.Value.Message,
            Count = (int)s.Value.Count,
            Percent = Percent(s.Value.Count, all),
        })],
    };

    private LatencyCount LatencyCounts()
    {
        var (upTo800, below1200) = (Latency.CountUpTo(TimeSpan.FromMilliseconds(800).Ticks), Latency.CountUpTo(TimeSpan.FromMilliseconds(1200).Ticks - 1));
        return new() { LessOrEq800 = (int)upTo800, More800Less1200 = (int)(below1200 - upTo800), MoreOrEq1200 = (int)(Count - below1200) };
    }

    private void AddStatus(string status, long count, string message)
    {
        var known = _statuses.TryGetValue(status, out var total);
        if (known || _statuses.Count < MostStatuses)
            _statuses[status] = (total.Count + count, known && total.Message.Length > 0 ? total.Message : message);
    }

    private static int Percent(long part, long all) => all == 0 ? 0 : (int)Math.Round(100.0 * part / all, MidpointRounding.AwayFromZero);

    private static double Milliseconds(double ticks) => Math.Round(ticks / TimeSpan.TicksPerMillisecond, 4);
}

using System.Diagnostics.Metrics;

namespace Platform.Realtime.Repair;

/// <summary>What of the cache only the stream of changes caught; in Prometheus <c>cache_repairs_*</c>.</summary>
internal sealed class RepairTelemetry
{
    private long _untold;
    private long _unheard;

    // The meter of the cache, whose names these are.
    public RepairTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Cache");
        meter.CreateObservableCounter("repairs_total", () => Volatile.Read(ref _untold), "{transaction}", "Commits of which nobody had told the caches in time.");
        meter.CreateObservableCounter("repairs_unheard_total", () => Volatile.Read(ref _unheard), "{transaction}",
            "Commits of which the caches were told again, because nobody had listened whether they had been.");
    }

    /// <param name="wasUnheard">Whether it may have been told while nobody listened.</param>
    internal void Repaired(bool wasUnheard) => Interlocked.Increment(ref wasUnheard ? ref _unheard : ref _untold);
}

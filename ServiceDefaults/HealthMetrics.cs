using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.ServiceDefaults;

/// <summary>What the last answer of <c>/health</c> said, by check; in Prometheus <c>platform_health_status_ratio</c>.</summary>
/// <remarks>Nothing is checked for it: whoever runs the service asks for its health every few seconds.</remarks>
internal sealed class HealthMetrics
{
    private readonly ConcurrentDictionary<string, HealthStatus> _last = new(StringComparer.Ordinal);

    public HealthMetrics(IMeterFactory meters) => meters.Create("Platform.Health").CreateObservableGauge(
        "status_ratio", () => _last.Select(check => new Measurement<double>((int)check.Value / 2.0, new KeyValuePair<string, object?>("check", check.Key))), "1",
        "1 where a check found a dependency healthy, 0.5 degraded, 0 unhealthy.");

    internal void Found(HealthReport report)
    {
        foreach (var (name, entry) in report.Entries)
            _last[name] = entry.Status;
    }
}

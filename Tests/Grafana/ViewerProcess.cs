using Platform.Tests.Support;

namespace Platform.Tests.Grafana;

/// <summary>The viewer in a process of its own, over dashboards and a Prometheus of the caller's.</summary>
internal sealed class ViewerProcess : ServiceProcess
{
    private ViewerProcess(IEnumerable<(string Key, string Value)> settings)
        : base("Emulators.Grafana", settings)
    {
    }

    protected override string HealthPath => "/api/health";

    public static async Task<ViewerProcess> StartAsync(string dashboards, string prometheus)
    {
        var viewer = new ViewerProcess([("Grafana:Dashboards", dashboards), ("PROMETHEUS_URL", prometheus)]);
        await viewer.ReadyAsync();
        return viewer;
    }
}

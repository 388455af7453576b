namespace Platform.Emulators.Grafana;

/// <summary>The viewer's settings.</summary>
/// <param name="Dashboards"><c>Grafana:Dashboards</c>: the folder of the dashboards' JSON files.</param>
/// <param name="Prometheus"><c>PROMETHEUS_URL</c>, which the provisioned data source reads in Grafana too.</param>
internal sealed record ViewerSettings(string Dashboards, Uri Prometheus)
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static ViewerSettings From(IConfiguration configuration)
    {
        var folder = configuration["Grafana:Dashboards"];
        if (string.IsNullOrWhiteSpace(folder) || !Directory.Exists(folder))
            throw new InvalidOperationException("Grafana:Dashboards is required: an existing folder of dashboards.");
        return Uri.TryCreate(configuration["PROMETHEUS_URL"], UriKind.Absolute, out var prometheus) && prometheus.Scheme is "http" or "https"
            ? new ViewerSettings(folder, prometheus)
            : throw new InvalidOperationException("PROMETHEUS_URL must be the http address of Prometheus.");
    }
}

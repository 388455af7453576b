namespace Aspire.Hosting.Engineless;

/// <summary>Emulators/Grafana, which shows the dashboards that are mounted for Grafana.</summary>
internal static class GrafanaImage
{
    private const string Dashboards = "/var/lib/grafana/dashboards";

    public static ContainerImage Entry { get; } = new()
    {
        Names = ["grafana/grafana"],
        Packages = [],
        DataPaths = [],
        IsOfMachine = true,
        Program = run => new(
            ProcessLauncher.DotnetPath,
            [
                Emulator.Program("Grafana"),
                "--urls", $"http://127.0.0.1:{ContainerImages.Text(run.Port(3000))}",
                "--Grafana:Dashboards", run.Mounted(Dashboards) ?? throw new DistributedApplicationException($"Nothing is mounted at {Dashboards}: without an engine Grafana is a viewer of the dashboards there."),
                .. run.Arguments,
            ],
            run.Environment),
    };
}

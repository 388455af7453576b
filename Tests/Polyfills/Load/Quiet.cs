using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace Platform.Tests.Polyfills.Load;

/// <summary>Runs a scenario at once: no warm-up, no reports, nothing on the console.</summary>
internal static class Quiet
{
    public static NodeStats Run(ScenarioProps scenario, Func<NBomberContext, NBomberContext>? configure = null)
    {
        var context = NBomberRunner.RegisterScenarios(scenario.WithoutWarmUp()).WithoutReports().DisplayConsoleMetrics(false);
        return (configure?.Invoke(context) ?? context).Run();
    }
}

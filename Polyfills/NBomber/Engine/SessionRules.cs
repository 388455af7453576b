using NBomber.Contracts;

namespace NBomber.Engine;

/// <summary>What a test must be like to run.</summary>
internal static class SessionRules
{
    /// <exception cref="InvalidOperationException">It is set up wrongly; the message says how.</exception>
    internal static void Check(NBomberContext context)
    {
        Must(context.Scenarios.Count > 0, "A test needs a scenario.");
        Must(context.Scenarios.Select(s => s.ScenarioName).Distinct(StringComparer.Ordinal).Count() == context.Scenarios.Count, "Scenarios must differ in their names.");
        foreach (var scenario in context.Scenarios)
        {
            Must(!string.IsNullOrWhiteSpace(scenario.ScenarioName), "A scenario needs a name.");
            Must(scenario.WarmUp >= TimeSpan.Zero, $"{scenario.ScenarioName}: the warm-up must not be shorter than nothing.");
            Must(scenario.MaxFailCount > 0, $"{scenario.ScenarioName}: MaxFailCount must be above 0.");
            Must(scenario.Run is null || scenario.Simulations.Count > 0, $"{scenario.ScenarioName} needs a load simulation.");
            foreach (var simulation in scenario.Simulations)
                Check(scenario.ScenarioName, simulation);
        }
    }

    private static void Check(string scenario, LoadSimulation simulation)
    {
        Must(simulation.During > TimeSpan.Zero, $"{scenario}: a load simulation must last longer than nothing.");
        var (level, interval) = simulation switch
        {
            LoadSimulation.KeepConstant keep => (keep.Copies, TimeSpan.MaxValue),
            LoadSimulation.RampingConstant ramp => (ramp.Copies, TimeSpan.MaxValue),
            LoadSimulation.Inject inject => (inject.Rate, inject.Interval),
            LoadSimulation.RampingInject ramp => (ramp.Rate, ramp.Interval),
            LoadSimulation.InjectRandom drawn => (drawn.MinRate, drawn.Interval),
            _ => (0, TimeSpan.MaxValue),
        };
        Must(level >= 0, $"{scenario}: copies and rates must not be below 0.");
        Must(interval > TimeSpan.Zero, $"{scenario}: an interval must last longer than nothing.");
        Must(simulation is not LoadSimulation.InjectRandom { MinRate: var lowest, MaxRate: var highest } || lowest <= highest, $"{scenario}: the lowest rate must not be above the highest.");
    }

    private static void Must(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidOperationException(otherwise);
    }
}

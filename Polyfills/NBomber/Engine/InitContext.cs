using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <summary>What a scenario knows while it prepares or tidies up.</summary>
internal sealed class InitContext(Session session, ScenarioProps scenario, ScenarioOperation operation) : IScenarioInitContext
{
    public TestInfo TestInfo => session.TestInfo;

    public ScenarioInfo ScenarioInfo { get; } = new(scenario.ScenarioName, 0, scenario.Duration, operation);

    public NodeInfo NodeInfo => session.NodeInfo;
}

using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>What a scenario knows while it prepares or tidies up.</summary>
public interface IScenarioInitContext
{
    /// <summary>The test that runs.</summary>
    TestInfo TestInfo { get; }

    /// <summary>The scenario.</summary>
    ScenarioInfo ScenarioInfo { get; }

    /// <summary>The machine it runs on.</summary>
    NodeInfo NodeInfo { get; }
}

using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>What one copy of a scenario knows of itself and of the test, and how it stops them.</summary>
public interface IScenarioContext
{
    /// <summary>The test that runs.</summary>
    TestInfo TestInfo { get; }

    /// <summary>The scenario, and which copy of it this is.</summary>
    ScenarioInfo ScenarioInfo { get; }

    /// <summary>The machine it runs on.</summary>
    NodeInfo NodeInfo { get; }

    /// <summary>How often this copy was run, this time included.</summary>
    long InvocationNumber { get; }

    /// <summary>Values for the steps of one iteration; empty at the start of each.</summary>
    Dictionary<string, object> Data { get; }

    /// <summary>Values that a copy keeps from one iteration to the next.</summary>
    Dictionary<string, object> ScenarioInstanceData { get; }

    /// <summary>Cancelled when the scenario is over, whether as planned or stopped.</summary>
    CancellationToken ScenarioCancellationToken { get; }

    /// <summary>Chance, of this copy alone.</summary>
    Random Random { get; }

    /// <summary>Stops one scenario.</summary>
    /// <param name="scenarioName">Which.</param>
    /// <param name="reason">Why.</param>
    void StopScenario(string scenarioName, string reason);

    /// <summary>Stops all scenarios.</summary>
    /// <param name="reason">Why.</param>
    void StopCurrentTest(string reason);

    /// <summary>How long the scenario has been running.</summary>
    /// <returns>The time since its first simulation began.</returns>
    TimeSpan GetScenarioTimerTime();
}

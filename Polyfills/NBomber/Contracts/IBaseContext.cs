using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>What a sink knows of the test, and how it stops it.</summary>
public interface IBaseContext
{
    /// <summary>The test that runs.</summary>
    TestInfo TestInfo { get; }

    /// <summary>The machine it runs on.</summary>
    /// <returns>The machine, and what it is at.</returns>
    NodeInfo GetNodeInfo();

    /// <summary>Stops one scenario.</summary>
    /// <param name="scenarioName">Which.</param>
    /// <param name="reason">Why.</param>
    void StopScenario(string scenarioName, string reason);

    /// <summary>Stops all scenarios.</summary>
    /// <param name="reason">Why.</param>
    void StopCurrentTest(string reason);
}

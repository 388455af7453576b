namespace NBomber.Contracts;

/// <summary>The scenarios that are about to start.</summary>
public sealed class SessionStartInfo
{
    internal SessionStartInfo(ScenarioStartInfo[] scenarios) => Scenarios = scenarios;

    /// <summary>The scenarios.</summary>
    public ScenarioStartInfo[] Scenarios { get; }
}

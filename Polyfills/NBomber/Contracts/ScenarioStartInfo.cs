namespace NBomber.Contracts;

/// <summary>A scenario that is about to start.</summary>
public sealed class ScenarioStartInfo
{
    internal ScenarioStartInfo(string scenarioName, int sortIndex) => (ScenarioName, SortIndex) = (scenarioName, sortIndex);

    /// <summary>Its name.</summary>
    public string ScenarioName { get; }

    /// <summary>Its place among the scenarios.</summary>
    public int SortIndex { get; }
}

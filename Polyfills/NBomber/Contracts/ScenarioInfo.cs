namespace NBomber.Contracts;

/// <summary>Which copy of which scenario it is.</summary>
public sealed class ScenarioInfo
{
    internal ScenarioInfo(string scenarioName, int instanceNumber, TimeSpan scenarioDuration, ScenarioOperation scenarioOperation)
    {
        ScenarioName = scenarioName;
        InstanceNumber = instanceNumber;
        InstanceId = $"{scenarioName}_{instanceNumber}";
        ScenarioDuration = scenarioDuration;
        ScenarioOperation = scenarioOperation;
    }

    /// <summary>The copy's name, unlike that of any other copy.</summary>
    public string InstanceId { get; }

    /// <summary>The copy's number among those of its scenario, from 0.</summary>
    public int InstanceNumber { get; }

    /// <summary>The scenario's name.</summary>
    public string ScenarioName { get; }

    /// <summary>How long the scenario's simulations are planned to last.</summary>
    public TimeSpan ScenarioDuration { get; }

    /// <summary>What it is run for.</summary>
    public ScenarioOperation ScenarioOperation { get; }
}

namespace NBomber.Contracts.Stats;

/// <summary>The load that a scenario made last.</summary>
public sealed class LoadSimulationStats
{
    /// <summary>The simulation's name.</summary>
    public string SimulationName { get; set; } = "";

    /// <summary>Its copies or its rate.</summary>
    public int Value { get; set; }
}

namespace NBomber.Contracts.Stats;

/// <summary>What was measured of a scenario.</summary>
public sealed class ScenarioStats
{
    /// <summary>The scenario.</summary>
    public string ScenarioName { get; set; } = "";

    /// <summary>The iterations that went well.</summary>
    public MeasurementStats Ok { get; set; } = new();

    /// <summary>The iterations that failed.</summary>
    public MeasurementStats Fail { get; set; } = new();

    /// <summary>Its steps.</summary>
    public StepStats[] StepStats { get; set; } = [];

    /// <summary>The load it made last.</summary>
    public LoadSimulationStats LoadSimulationStats { get; set; } = new();

    /// <summary>What it is at.</summary>
    public OperationType CurrentOperation { get; set; }

    /// <summary>All measurements, steps included.</summary>
    public int AllRequestCount { get; set; }

    /// <summary>All that went well, steps included.</summary>
    public int AllOkCount { get; set; }

    /// <summary>All that failed, steps included.</summary>
    public int AllFailCount { get; set; }

    /// <summary>The bytes of all.</summary>
    public long AllBytes { get; set; }

    /// <summary>How long it was measured.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>Its place among the scenarios.</summary>
    public int SortIndex { get; set; }
}

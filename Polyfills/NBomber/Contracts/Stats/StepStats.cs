namespace NBomber.Contracts.Stats;

/// <summary>What was measured of a step.</summary>
public sealed class StepStats
{
    /// <summary>The step.</summary>
    public string StepName { get; set; } = "";

    /// <summary>What went well.</summary>
    public MeasurementStats Ok { get; set; } = new();

    /// <summary>What failed.</summary>
    public MeasurementStats Fail { get; set; } = new();

    /// <summary>Its place among the scenario's steps: the first that ran is the first.</summary>
    public int SortIndex { get; set; }
}

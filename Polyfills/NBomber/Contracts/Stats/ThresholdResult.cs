namespace NBomber.Contracts.Stats;

/// <summary>What became of a threshold.</summary>
public sealed class ThresholdResult
{
    /// <summary>Of which scenario.</summary>
    public string ScenarioName { get; set; } = "";

    /// <summary>Of which step; empty for the scenario itself.</summary>
    public string StepName { get; set; } = "";

    /// <summary>The check, as it was written.</summary>
    public string CheckExpression { get; set; } = "";

    /// <summary>What the check threw; empty for nothing.</summary>
    public string ExceptionMsg { get; set; } = "";

    /// <summary>How many checks failed.</summary>
    public int ErrorCount { get; set; }

    /// <summary>True when the whole test's figures fell short, or it ended the test.</summary>
    public bool IsFailed { get; set; }
}

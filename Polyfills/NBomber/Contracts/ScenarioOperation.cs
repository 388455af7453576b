namespace NBomber.Contracts;

/// <summary>What a scenario is run for.</summary>
public enum ScenarioOperation
{
    /// <summary>It prepares.</summary>
    Init = 0,

    /// <summary>It tidies up.</summary>
    Clean = 1,

    /// <summary>It warms up; nothing is kept of the measurements.</summary>
    WarmUp = 2,

    /// <summary>It is measured.</summary>
    Bombing = 3,
}

namespace NBomber.Contracts.Stats;

/// <summary>What a session is at.</summary>
public enum OperationType
{
    /// <summary>Nothing yet.</summary>
    None = 0,

    /// <summary>Scenarios prepare.</summary>
    Init = 1,

    /// <summary>Scenarios warm up; nothing is measured.</summary>
    WarmUp = 2,

    /// <summary>Scenarios are measured.</summary>
    Bombing = 3,

    /// <summary>Scenarios tidy up.</summary>
    Stop = 4,

    /// <summary>It is over.</summary>
    Complete = 5,

    /// <summary>It ended before its end.</summary>
    Error = 6,
}

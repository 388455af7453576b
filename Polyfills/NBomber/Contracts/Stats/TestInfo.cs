namespace NBomber.Contracts.Stats;

/// <summary>Which test it is.</summary>
public sealed class TestInfo
{
    /// <summary>The session's own name, with the time it began.</summary>
    public string SessionId { get; set; } = "";

    /// <summary>The suite's name.</summary>
    public string TestSuite { get; set; } = "";

    /// <summary>The test's name.</summary>
    public string TestName { get; set; } = "";

    /// <summary>Empty: there is one machine.</summary>
    public string ClusterId { get; set; } = "";

    /// <summary>When it began, UTC.</summary>
    public DateTime Created { get; set; }
}

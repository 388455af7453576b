namespace NBomber.Contracts.Stats;

/// <summary>What a test came to.</summary>
public sealed class NodeStats
{
    /// <summary>What was measured of each scenario.</summary>
    public ScenarioStats[] ScenarioStats { get; set; } = [];

    /// <summary>What became of the thresholds.</summary>
    public ThresholdResult[] Thresholds { get; set; } = [];

    /// <summary>The machine.</summary>
    public NodeInfo NodeInfo { get; set; } = new();

    /// <summary>The test.</summary>
    public TestInfo TestInfo { get; set; } = new();

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

    /// <summary>The reports that were written.</summary>
    public ReportFile[] ReportFiles { get; set; } = [];
}

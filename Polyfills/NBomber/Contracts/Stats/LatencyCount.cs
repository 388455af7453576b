namespace NBomber.Contracts.Stats;

/// <summary>How many were fast and how many slow.</summary>
public sealed class LatencyCount
{
    /// <summary>Up to 800 ms.</summary>
    public int LessOrEq800 { get; set; }

    /// <summary>Between 800 and 1,200 ms.</summary>
    public int More800Less1200 { get; set; }

    /// <summary>1,200 ms and more.</summary>
    public int MoreOrEq1200 { get; set; }
}

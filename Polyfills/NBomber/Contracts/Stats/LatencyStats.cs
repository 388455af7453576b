namespace NBomber.Contracts.Stats;

/// <summary>How long they took, in milliseconds, three digits of which are right.</summary>
public sealed class LatencyStats
{
    /// <summary>The shortest.</summary>
    public double MinMs { get; set; }

    /// <summary>The mean.</summary>
    public double MeanMs { get; set; }

    /// <summary>The longest.</summary>
    public double MaxMs { get; set; }

    /// <summary>Half took no longer.</summary>
    public double Percent50 { get; set; }

    /// <summary>75 % took no longer.</summary>
    public double Percent75 { get; set; }

    /// <summary>95 % took no longer.</summary>
    public double Percent95 { get; set; }

    /// <summary>99 % took no longer.</summary>
    public double Percent99 { get; set; }

    /// <summary>The standard deviation.</summary>
    public double StdDev { get; set; }

    /// <summary>How many were fast and how many slow.</summary>
    public LatencyCount LatencyCount { get; set; } = new();
}

namespace NBomber.Contracts.Stats;

/// <summary>How large the answers were, in bytes.</summary>
public sealed class DataTransferStats
{
    /// <summary>The smallest.</summary>
    public long MinBytes { get; set; }

    /// <summary>The mean.</summary>
    public long MeanBytes { get; set; }

    /// <summary>The largest.</summary>
    public long MaxBytes { get; set; }

    /// <summary>Half were no larger.</summary>
    public long Percent50 { get; set; }

    /// <summary>75 % were no larger.</summary>
    public long Percent75 { get; set; }

    /// <summary>95 % were no larger.</summary>
    public long Percent95 { get; set; }

    /// <summary>99 % were no larger.</summary>
    public long Percent99 { get; set; }

    /// <summary>The standard deviation.</summary>
    public double StdDev { get; set; }

    /// <summary>All together.</summary>
    public long AllBytes { get; set; }
}

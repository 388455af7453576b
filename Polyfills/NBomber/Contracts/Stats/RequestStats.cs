namespace NBomber.Contracts.Stats;

/// <summary>How many there were.</summary>
public sealed class RequestStats
{
    /// <summary>How many.</summary>
    public int Count { get; set; }

    /// <summary>How many a second.</summary>
    public double RPS { get; set; }

    /// <summary>How many of a hundred measurements, failed and not.</summary>
    public int Percent { get; set; }
}

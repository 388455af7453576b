namespace NBomber.Contracts.Stats;

/// <summary>How often a status came.</summary>
public sealed class StatusCodeStats
{
    /// <summary>The status; empty for none.</summary>
    public string StatusCode { get; set; } = "";

    /// <summary>True for that of failures.</summary>
    public bool IsError { get; set; }

    /// <summary>What the first response with it said.</summary>
    public string Message { get; set; } = "";

    /// <summary>How often.</summary>
    public int Count { get; set; }

    /// <summary>In how many of a hundred measurements, failed and not.</summary>
    public int Percent { get; set; }
}

namespace NBomber.Contracts.Stats;

/// <summary>The measurements that went well, or those that failed.</summary>
public sealed class MeasurementStats
{
    /// <summary>How many.</summary>
    public RequestStats Request { get; set; } = new();

    /// <summary>How long they took.</summary>
    public LatencyStats Latency { get; set; } = new();

    /// <summary>How large the answers were.</summary>
    public DataTransferStats DataTransfer { get; set; } = new();

    /// <summary>Which statuses came.</summary>
    public StatusCodeStats[] StatusCodes { get; set; } = [];
}

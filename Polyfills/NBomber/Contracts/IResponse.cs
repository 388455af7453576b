namespace NBomber.Contracts;

/// <summary>What a scenario or a step came to: it went well or failed, and how large the answer was.</summary>
public interface IResponse
{
    /// <summary>The status: of HTTP or of the application's own; empty for none.</summary>
    string StatusCode { get; }

    /// <summary>True when it failed.</summary>
    bool IsError { get; }

    /// <summary>The size of the answer in bytes.</summary>
    long SizeBytes { get; }

    /// <summary>A latency in milliseconds that takes the place of the measured one; 0 for the measured one.</summary>
    double CustomLatencyMs { get; }

    /// <summary>What is to be said of it, mostly of a failure; empty for nothing.</summary>
    string Message { get; }
}

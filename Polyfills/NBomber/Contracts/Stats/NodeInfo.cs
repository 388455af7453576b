namespace NBomber.Contracts.Stats;

/// <summary>The machine that makes the load.</summary>
public sealed class NodeInfo
{
    /// <summary>Its name.</summary>
    public string MachineName { get; set; } = "";

    /// <summary>What it is at.</summary>
    public OperationType CurrentOperation { get; set; }

    /// <summary>Its operating system.</summary>
    public string OS { get; set; } = "";

    /// <summary>Its .NET.</summary>
    public string DotNetVersion { get; set; } = "";

    /// <summary>Its processor's architecture.</summary>
    public string Processor { get; set; } = "";

    /// <summary>How many cores there are for this process.</summary>
    public int CoresCount { get; set; }

    /// <summary>The version that measures.</summary>
    public string NBomberVersion { get; set; } = "";
}

namespace NBomber.Contracts.Stats;

/// <summary>A report that was written.</summary>
public sealed class ReportFile
{
    /// <summary>Where.</summary>
    public string FilePath { get; set; } = "";

    /// <summary>As what.</summary>
    public ReportFormat ReportFormat { get; set; }

    /// <summary>What it says.</summary>
    public string ReportContent { get; set; } = "";
}

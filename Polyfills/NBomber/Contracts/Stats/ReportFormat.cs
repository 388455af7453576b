namespace NBomber.Contracts.Stats;

/// <summary>What a report is written as.</summary>
public enum ReportFormat
{
    /// <summary>Plain text.</summary>
    Txt = 0,

    /// <summary>A page with charts that needs nothing else.</summary>
    Html = 1,

    /// <summary>A line for each scenario and step.</summary>
    Csv = 2,

    /// <summary>Markdown.</summary>
    Md = 3,
}

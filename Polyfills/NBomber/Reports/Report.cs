using NBomber.Contracts.Stats;
using NBomber.Engine;

namespace NBomber.Reports;

/// <summary>What reports are written from: the figures, and how they came about second by second.</summary>
/// <param name="Stats">The figures.</param>
/// <param name="Timelines">Each scenario's course, in the order of the figures.</param>
/// <param name="StopReason">Why the test ended early; null when it did not.</param>
internal sealed record Report(NodeStats Stats, IReadOnlyList<Timeline> Timelines, string? StopReason)
{
    internal bool HasFailed => StopReason is not null || Stats.Thresholds.Any(t => t.IsFailed);

    /// <summary>One sentence that says how it went.</summary>
    internal string Verdict =>
        StopReason is not null ? $"Ended early: {StopReason}"
        : Stats.Thresholds.Count(t => t.IsFailed) is > 0 and var failed ? $"{failed} of {Stats.Thresholds.Length} thresholds failed."
        : Stats.Thresholds.Length > 0 ? $"All {Stats.Thresholds.Length} thresholds held."
        : "No thresholds were set.";
}

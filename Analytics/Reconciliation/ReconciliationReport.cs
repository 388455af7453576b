namespace Platform.Analytics.Reconciliation;

/// <summary>What a pass found.</summary>
/// <param name="Began">When it began.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Tables">By table.</param>
internal sealed record ReconciliationReport(DateTimeOffset Began, DateTimeOffset Ended, IReadOnlyList<ReconciledTable> Tables);

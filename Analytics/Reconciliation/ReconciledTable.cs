namespace Platform.Analytics.Reconciliation;

/// <summary>What a comparison found.</summary>
/// <param name="Table">As <c>schema.table</c>.</param>
/// <param name="Rows">How many rows the database has.</param>
/// <param name="Drift">Of how many rows the event store said something else, or nothing, or knew rows that are not there.</param>
/// <param name="Repaired">How many of those were put right; the others changed meanwhile.</param>
internal sealed record ReconciledTable(string Table, long Rows, long Drift, long Repaired);

using System.Text.Json;

namespace Platform.Analytics.Reconciliation;

/// <summary>Which row it is, in the database and in the event store.</summary>
/// <param name="Table">As <c>schema.table</c>.</param>
/// <param name="Stream">To what it belongs, such as <c>book:{id}</c>.</param>
/// <param name="Key">Which part of that it is; empty when it is the entity.</param>
internal sealed record RowKey(string Table, string Stream, string Key);

/// <summary>A row as the database has it.</summary>
/// <param name="Text">The row as one text.</param>
/// <param name="Data">What an event tells of it.</param>
internal sealed record SourceRow(string Text, JsonElement Data);

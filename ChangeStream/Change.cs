namespace Platform.ChangeStream;

/// <summary>A row that was added, changed or removed, or found by a snapshot.</summary>
/// <param name="Id">The same whenever the change is delivered again.</param>
/// <param name="Table">Whose row.</param>
/// <param name="Operation">What happened to it.</param>
/// <param name="Before">
/// The row as it was. With the usual replica identity only its key columns, and only when it was removed or its key
/// changed; with <c>REPLICA IDENTITY FULL</c> all of it. Otherwise null.
/// </param>
/// <param name="After">The row as it is; null when it was removed.</param>
public sealed record Change(EventId Id, ChangeTable Table, ChangeOperation Operation, ChangeRow? Before, ChangeRow? After)
{
    /// <summary>The value of a column as it is or, where the row is gone, as it was.</summary>
    /// <exception cref="KeyNotFoundException">The table has no such column, or there is no row.</exception>
    public ChangeValue this[string column] =>
        (After ?? Before ?? throw new KeyNotFoundException($"A {Operation} of {Table.FullName} has no row."))[column];

    /// <summary>The values of the key's columns, which say which row it is; empty for a truncation, or without a key.</summary>
    public IReadOnlyList<string?> Key
    {
        get
        {
            var row = After ?? Before;
            return row is null ? [] : [.. Table.Columns.Select((column, ordinal) => (column, ordinal)).Where(c => c.column.IsKey).Select(c => row.Values[c.ordinal].Text)];
        }
    }
}

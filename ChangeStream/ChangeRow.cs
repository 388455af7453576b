namespace Platform.ChangeStream;

/// <summary>A row, before or after a change.</summary>
public sealed class ChangeRow
{
    private readonly ChangeValue[] _values;

    internal ChangeRow(ChangeTable table, ChangeValue[] values) => (Table, _values) = (table, values);

    /// <summary>Whose row it is.</summary>
    public ChangeTable Table { get; }

    /// <summary>The values, in the order of the table's columns.</summary>
    public IReadOnlyList<ChangeValue> Values => _values;

    /// <summary>The value of a column.</summary>
    /// <exception cref="KeyNotFoundException">The table has no such column.</exception>
    public ChangeValue this[string column] => Table.IndexOf(column) is >= 0 and var ordinal
        ? _values[ordinal]
        : throw new KeyNotFoundException($"{Table.FullName} has no column {column} that is sent.");
}

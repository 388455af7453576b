using System.Collections.Frozen;

namespace Platform.ChangeStream;

/// <summary>A table as it was when a change to it was made. After an ALTER TABLE, changes come with another one.</summary>
/// <remarks>Generated columns are not among its columns: PostgreSQL 17 does not send them.</remarks>
public sealed class ChangeTable
{
    private readonly FrozenDictionary<string, int> _ordinals;

    internal ChangeTable(string schema, string name, ChangeColumn[] columns)
    {
        (Schema, Name, Columns) = (schema, name, columns);
        FullName = $"{schema}.{name}";
        _ordinals = columns.Select((column, ordinal) => (column.Name, ordinal)).ToFrozenDictionary(c => c.Name, c => c.ordinal, StringComparer.Ordinal);
    }

    /// <summary>The schema, such as <c>catalog</c>.</summary>
    public string Schema { get; }

    /// <summary>The name within the schema.</summary>
    public string Name { get; }

    /// <summary>As <c>schema.name</c>.</summary>
    public string FullName { get; }

    /// <summary>In the order of a row's values.</summary>
    public IReadOnlyList<ChangeColumn> Columns { get; }

    /// <summary>Where a column is among <see cref="Columns"/>; -1 when the table has none of that name.</summary>
    public int IndexOf(string column) => _ordinals.GetValueOrDefault(column, -1);

    /// <inheritdoc />
    public override string ToString() => FullName;
}

using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;

namespace Platform.ChangeStream;

/// <summary>Makes rows of what pgoutput sends. Npgsql has one instance for all messages of a kind, so everything is copied.</summary>
internal sealed class RowDecoder(Dictionary<uint, string> types)
{
    private readonly Dictionary<uint, ChangeTable> _tables = [];

    /// <summary>Characters that were read, until whoever counts them begins anew.</summary>
    internal long Length { get; set; }

    /// <summary>A table, before its first change and after each ALTER TABLE.</summary>
    internal void Add(RelationMessage relation)
    {
        var columns = new ChangeColumn[relation.Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = relation.Columns[i];
            columns[i] = new ChangeColumn(column.ColumnName, types.GetValueOrDefault(column.DataTypeId, "unknown"), column.Flags.HasFlag(RelationMessage.Column.ColumnFlags.PartOfKey));
        }

        _tables[relation.RelationId] = new ChangeTable(relation.Namespace, relation.RelationName, columns);
    }

    /// <summary>A type that was made after the session began.</summary>
    internal void Add(TypeMessage type) => types[type.TypeId] = type.Name;

    internal ChangeTable Table(RelationMessage relation) => _tables[relation.RelationId];

    /// <summary>Reads a whole row, or only its key when only that was sent.</summary>
    /// <param name="tuple">What was sent; can be read once.</param>
    /// <param name="table">Whose row.</param>
    /// <param name="before">The row as it was, which has the values that were not sent because they did not change.</param>
    /// <remarks>No value can be waited for with a token of its own: to register each would cost as much as to read it. That of the stream ends this too.</remarks>
    internal async ValueTask<ChangeRow> ReadAsync(ReplicationTuple tuple, ChangeTable table, ChangeRow? before)
    {
        var values = new ChangeValue[tuple.NumColumns];
        var i = 0;
        await foreach (var value in tuple.ConfigureAwait(false))
        {
            if (value.IsUnchangedToastedValue)
            {
                values[i] = before?.Values[i] ?? new ChangeValue(null, ChangeAbsence.Unchanged);
            }
            else if (!value.IsDBNull)
            {
                var text = await value.Get<string>().ConfigureAwait(false);
                Length += text.Length;
                values[i] = new ChangeValue(text);
            }

            i++;
        }

        return new ChangeRow(table, values);
    }

    /// <summary>Reads the key of a row as it was: of the other columns nothing was sent, which is not NULL.</summary>
    internal async ValueTask<ChangeRow> ReadKeyAsync(ReplicationTuple tuple, ChangeTable table)
    {
        var row = await ReadAsync(tuple, table, null).ConfigureAwait(false);
        return new ChangeRow(table, [.. row.Values.Select((value, i) => table.Columns[i].IsKey ? value : new ChangeValue(null, ChangeAbsence.NotInIdentity))]);
    }
}

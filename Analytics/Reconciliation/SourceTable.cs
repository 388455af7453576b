using System.Text.Json;
using Npgsql;
using Platform.Analytics.Events;

namespace Platform.Analytics.Reconciliation;

/// <summary>A table of the database, of whose rows events tell.</summary>
internal sealed class SourceTable
{
    private readonly NpgsqlDataSource _database;
    private readonly (string Name, string Type)[] _columns;

    private SourceTable(NpgsqlDataSource database, string name, (string Name, string Type)[] columns) => (_database, Name, _columns) = (database, name, columns);

    /// <summary>As <c>schema.table</c>.</summary>
    internal string Name { get; }

    internal MappedTable Mapping => EventMap.MappingOf(Name);

    /// <summary>The columns of which events tell, with those that say whose row it is.</summary>
    internal IEnumerable<(string Name, string Type)> Columns => _columns;

    /// <param name="database">Connects as a role that may read it.</param>
    /// <param name="name">One that events tell of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<SourceTable> OpenAsync(NpgsqlDataSource database, string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT attname, typname FROM pg_attribute JOIN pg_type t ON t.oid = atttypid WHERE attrelid = $1::regclass");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        Dictionary<string, string> types = new(StringComparer.Ordinal);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            types[rows.GetString(0)] = rows.GetString(1);
        return new SourceTable(database, name, [.. EventMap.ColumnsOf(name).Distinct().Select(column => (column, types[column]))]);
    }

    /// <summary>The id that ends a range of so many entities; null when fewer are left.</summary>
    internal async Task<Guid?> LastOfAsync(Guid after, int count, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand($"SELECT {Mapping.StreamColumn} FROM {Name} WHERE {Mapping.StreamColumn} > $1 ORDER BY 1 OFFSET $2 LIMIT 1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count - 1 });
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as Guid?;
    }

    /// <summary>How many rows of a range there are, and what their hashes add up to.</summary>
    internal async Task<Checksum> SumAsync(KeyRange range, CancellationToken cancellationToken)
    {
        await using var command = Over(range, $"count(*), {RowText.SqlHash(RowText.Sql(_columns))}");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await rows.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new Checksum(rows.GetInt64(0), rows.GetInt64(1));
    }

    /// <summary>The rows of a range.</summary>
    internal async Task<Dictionary<RowKey, SourceRow>> ReadAsync(KeyRange range, CancellationToken cancellationToken)
    {
        await using var command = Over(range, string.Join(", ", _columns.Select(column => $"{column.Name}::text").Append(RowText.Sql(_columns))));
        Dictionary<RowKey, SourceRow> found = [];
        await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            Dictionary<string, string?> texts = new(StringComparer.Ordinal);
            for (var n = 0; n < _columns.Length; n++)
                texts[_columns[n].Name] = rows.IsDBNull(n) ? null : rows.GetString(n);
            var key = new RowKey(Name, Mapping.StreamOf(texts[Mapping.StreamColumn]!), Mapping.Key is { } column ? texts[column]! : "");
            found[key] = new SourceRow(rows.GetString(_columns.Length), DataOf(texts));
        }

        return found;
    }

    private JsonElement DataOf(Dictionary<string, string?> texts) => MappedTable.Data(_columns.Where(column => Mapping.Columns.Contains(column.Name))
        // As the change stream writes it.
        .Select(column => (column.Name, column.Type, column.Type == "bool" ? texts[column.Name]?[..1] : texts[column.Name])));

    private NpgsqlCommand Over(KeyRange range, string what)
    {
        // Names are the code's own; ids are parameters.
        var command = _database.CreateCommand($"SELECT {what} FROM {Name} WHERE {Mapping.StreamColumn} > $1{(range.Last is null ? "" : $" AND {Mapping.StreamColumn} <= $2")}");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = range.After });
        if (range.Last is { } last)
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = last });
        return command;
    }
}

using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;
using Npgsql.Replication;
using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>The rows that were there at one place of the WAL.</summary>
/// <remarks>
/// A temporary slot is made for the place: it exports the snapshot that has exactly the transactions whose commits begin
/// before it (PostgreSQL manual, 47.2.5 Exported Snapshots). The stream is read up to that place, then these rows, then
/// the stream goes on; so no row is ever delivered older than it has been already. That holds for a snapshot which is
/// resumed as well: the rows that were delivered before have had their changes since from the stream.
/// </remarks>
internal sealed class TableSnapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private TableSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, NpgsqlLogSequenceNumber lsn, DateTimeOffset takenAt)
        => (_connection, _transaction, Lsn, TakenAt) = (connection, transaction, lsn, takenAt);

    /// <summary>Where it is: it has all transactions whose commit begins before.</summary>
    internal NpgsqlLogSequenceNumber Lsn { get; }

    /// <summary>When it was taken, by the server's clock.</summary>
    internal DateTimeOffset TakenAt { get; }

    /// <summary>Takes it. Transactions that are open now have to end first.</summary>
    internal static async Task<TableSnapshot> TakeAsync(ChangeStreamOptions options, CancellationToken cancellationToken)
    {
        await using var exporter = new LogicalReplicationConnection(StreamStore.Session(options));
        await exporter.Open(cancellationToken).ConfigureAwait(false);
        var slot = await exporter.CreatePgOutputReplicationSlot($"{options.Slot}_at_{exporter.ProcessID.ToString(CultureInfo.InvariantCulture)}", temporarySlot: true,
            slotSnapshotInitMode: LogicalSlotSnapshotInitMode.Export, cancellationToken: cancellationToken).ConfigureAwait(false);

        // Not of the pool, nor of its limits: it lasts as long as the consumer takes for the rows.
        var session = new NpgsqlConnectionStringBuilder(StreamStore.Session(options, "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c row_security=off")) { Pooling = false, CommandTimeout = 0 };
        var connection = new NpgsqlConnection(session.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
            // Once it is taken over, the exporter need not stay. The name is the server's.
            await ExecuteAsync(connection, $"SET TRANSACTION SNAPSHOT '{slot.SnapshotName}'", cancellationToken).ConfigureAwait(false);
            await using var clock = new NpgsqlCommand("SELECT now()", connection, transaction);
            var takenAt = new DateTimeOffset((DateTime)(await clock.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
            return new TableSnapshot(connection, transaction, slot.ConsistentPoint, takenAt);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The rows of a table in the order of its key, as the stream would have them.</summary>
    /// <param name="table">Which.</param>
    /// <param name="afterKey">Begins after the row of this key; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal async IAsyncEnumerable<ChangeRow> ReadAsync(PublishedTable table, string[]? afterKey, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var schema = new ChangeTable(table.Schema, table.Name, [.. table.Columns.Zip(table.Types, (name, type) => new ChangeColumn(name, type, table.Key.Contains(name)))]);
        await using var command = Select(table, afterKey);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var values = new ChangeValue[table.Columns.Length];
            for (var i = 0; i < values.Length; i++)
                values[i] = new ChangeValue(await reader.IsDBNullAsync(i, cancellationToken).ConfigureAwait(false) ? null : reader.GetString(i));
            yield return new ChangeRow(schema, values);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    [SuppressMessage("Security", "CA2100", Justification = "Names come from the catalog and are quoted; the key's values are parameters.")]
    private NpgsqlCommand Select(PublishedTable table, string[]? afterKey)
    {
        var key = string.Join(", ", table.Key.Select(Quoted));
        List<string> conditions = [];
        if (table.RowFilter is not null)
            conditions.Add($"({table.RowFilter})");
        // As the columns' own types, so that their index finds the place.
        if (afterKey is not null)
            conditions.Add($"({key}) > ({string.Join(", ", table.KeyTypes.Select((type, i) => $"${i + 1}::text::{type}"))})");
        var text = $"SELECT {string.Join(", ", table.Columns.Select(Quoted))} FROM {Quoted(table.Schema)}.{Quoted(table.Name)}"
            + (conditions.Count > 0 ? $" WHERE {string.Join(" AND ", conditions)}" : "")
            + (table.Key.Length > 0 ? $" ORDER BY {key}" : "");
        // Values come as text, written by the same functions as the stream's.
        var command = new NpgsqlCommand(text, _connection, _transaction) { AllResultTypesAreUnknown = true };
        foreach (var value in afterKey ?? [])
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    [SuppressMessage("Security", "CA2100", Justification = "The text is made above.")]
    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}

using System.Diagnostics.CodeAnalysis;
using Npgsql;
using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>What the server knows of slot and publication, and what readers have to remember (change_stream.sql).</summary>
internal sealed class StreamStore(ChangeStreamOptions options) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = new NpgsqlDataSourceBuilder(Session(options)) { Name = $"change-stream-{options.Slot}" }.Build();

    /// <summary>Of all sessions: values are written the same, whether by a query or by the stream.</summary>
    internal static string Session(ChangeStreamOptions options, string more = "") => new NpgsqlConnectionStringBuilder(options.ConnectionString)
    {
        Options = $"-c datestyle=ISO -c intervalstyle=postgres -c timezone=UTC -c bytea_output=hex -c extra_float_digits=1 {more}",
        ApplicationName = $"change stream {options.Slot}", MaxPoolSize = 4, Enlist = false, Timeout = 5, CommandTimeout = 30,
    }.ConnectionString;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    internal ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    /// <exception cref="InvalidOperationException">The server or the publication is not fit for it; the message says what to do.</exception>
    internal async Task<PublishedTable[]> TablesAsync(CancellationToken cancellationToken)
    {
        await using var server = _source.CreateCommand("""
            SELECT current_setting('wal_level'), EXISTS (SELECT FROM pg_publication WHERE pubname = $1), to_regclass('_timescaledb_catalog.hypertable') IS NOT NULL
            """);
        server.Parameters.Add(new() { Value = options.Publication });
        bool hasHypertables;
        await using (var reader = await server.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (reader.GetString(0) != "logical")
                throw new InvalidOperationException("PostgreSQL's wal_level is not logical: set it and restart the server.");
            if (!reader.GetBoolean(1))
                throw new InvalidOperationException($"There is no publication {options.Publication}: make it before its slot {options.Slot} is made.");
            hasHypertables = reader.GetBoolean(2);
        }

        if (hasHypertables)
            await RefuseHypertablesAsync(cancellationToken).ConfigureAwait(false);
        return await PublishedAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The names of all types, by their OIDs.</summary>
    internal async Task<Dictionary<uint, string>> TypesAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("SELECT oid, typname::text FROM pg_type");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<uint, string> types = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            types.Add(reader.GetFieldValue<uint>(0), reader.GetString(1));
        return types;
    }

    /// <returns>Null when there is no slot of the name in this database.</returns>
    internal async Task<SlotState?> SlotAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("""
            SELECT active, coalesce(wal_status, 'lost'), coalesce(confirmed_flush_lsn, '0/0'), coalesce(pg_current_wal_lsn() - restart_lsn, 0)::bigint,
                   greatest(0, coalesce(pg_current_wal_lsn() - confirmed_flush_lsn, 0))::bigint, safe_wal_size, clock_timestamp()
            FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database()
            """);
        command.Parameters.Add(new() { Value = options.Slot });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new SlotState(reader.GetBoolean(0), reader.GetString(1), reader.GetFieldValue<NpgsqlLogSequenceNumber>(2), reader.GetInt64(3), reader.GetInt64(4),
                reader.IsDBNull(5) ? null : reader.GetInt64(5), reader.GetFieldValue<DateTimeOffset>(6))
            : null;
    }

    /// <summary>Takes the slot's next epoch, for a reader that has the slot.</summary>
    /// <returns>The epoch, and how far the server's WAL is now.</returns>
    internal async Task<(long Epoch, NpgsqlLogSequenceNumber ServerLsn)> NextEpochAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("UPDATE ops.change_streams SET epoch = epoch + 1 WHERE slot = $1 RETURNING epoch, pg_current_wal_flush_lsn()", []);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? (reader.GetInt64(0), reader.GetFieldValue<NpgsqlLogSequenceNumber>(1))
            : throw new InvalidOperationException($"What was noted of the slot {options.Slot} in ops.change_streams was deleted.");
    }

    /// <summary>Emits a message that the slot's reader receives as a transaction of its own.</summary>
    internal async Task<NpgsqlLogSequenceNumber> BeatAsync(CancellationToken cancellationToken) => (NpgsqlLogSequenceNumber)(await ScalarAsync(
        $"SELECT pg_logical_emit_message(true, '{ChangeStreamOptions.HeartbeatPrefix}', $1)", cancellationToken).ConfigureAwait(false))!;

    /// <summary>How far the consumer was when it was last noted: the slot itself may be a moment behind.</summary>
    internal async Task<NpgsqlLogSequenceNumber> ConfirmedAsync(CancellationToken cancellationToken) =>
        await ScalarAsync("SELECT confirmed_lsn FROM ops.change_streams WHERE slot = $1 AND gap_from IS NULL", cancellationToken).ConfigureAwait(false) as NpgsqlLogSequenceNumber? ?? default;

    /// <summary>Notes how far the consumer is; it never goes back.</summary>
    /// <returns>False when another reader has taken the slot.</returns>
    internal async Task<bool> NoteAsync(long epoch, NpgsqlLogSequenceNumber confirmed, CancellationToken cancellationToken) => await ExecuteAsync(
        "UPDATE ops.change_streams SET confirmed_lsn = greatest(confirmed_lsn, $3) WHERE slot = $1 AND epoch = $2", cancellationToken, epoch, confirmed).ConfigureAwait(false) == 1;

    /// <summary>Where a gap begins that the consumer has not confirmed to have heard of.</summary>
    internal async Task<(NpgsqlLogSequenceNumber From, string Reason)?> GapAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("SELECT gap_from, gap_reason FROM ops.change_streams WHERE slot = $1 AND gap_from IS NOT NULL");
        command.Parameters.Add(new() { Value = options.Slot });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetFieldValue<NpgsqlLogSequenceNumber>(0), reader.GetString(1)) : null;
    }

    /// <summary>The consumer knows of the gap.</summary>
    internal Task ForgetGapAsync(long epoch, CancellationToken cancellationToken) => OwnAsync(ExecuteAsync(
        "UPDATE ops.change_streams SET gap_from = NULL, gap_reason = NULL WHERE slot = $1 AND epoch = $2", cancellationToken, epoch));

    /// <summary>Which tables' snapshots were begun: whether each is complete, and otherwise the key after which it goes on.</summary>
    internal async Task<Dictionary<string, (bool IsComplete, string[]? AfterKey)>> SnapshotsAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("SELECT table_name, is_complete, after_key FROM ops.change_stream_snapshots WHERE slot = $1");
        command.Parameters.Add(new() { Value = options.Slot });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, (bool, string[]?)> snapshots = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            snapshots.Add(reader.GetString(0), (reader.GetBoolean(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<string[]>(2)));
        return snapshots;
    }

    /// <summary>The consumer has the rows of a table up to a key, or all of them.</summary>
    internal Task NoteSnapshotAsync(long epoch, string table, string[]? afterKey, long rows, bool isComplete, CancellationToken cancellationToken) => OwnAsync(ExecuteAsync("""
        INSERT INTO ops.change_stream_snapshots AS s (slot, table_name, after_key, row_count, is_complete)
        SELECT slot, $3, $4, $5, $6 FROM ops.change_streams WHERE slot = $1 AND epoch = $2
        ON CONFLICT (slot, table_name) DO UPDATE SET after_key = $4, row_count = s.row_count + $5, is_complete = $6
        """, cancellationToken, epoch, table, afterKey, rows, isComplete));

    // A reader whose epoch is over has lost the slot, and with it the say over how far its consumer is.
    private static async Task OwnAsync(Task<int> write)
    {
        if (await write.ConfigureAwait(false) == 0)
            throw new SlotTakenException();
    }

    internal async Task<int> ExecuteAsync(string statement, CancellationToken cancellationToken, params object?[] more)
    {
        await using var command = Command(statement, more);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<object?> ScalarAsync(string statement, CancellationToken cancellationToken)
    {
        await using var command = Command(statement, []);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    [SuppressMessage("Security", "CA2100", Justification = "All are constants of this class and of SlotKeeper.")]
    private NpgsqlCommand Command(string statement, object?[] more)
    {
        var command = _source.CreateCommand(statement);
        command.Parameters.Add(new() { Value = options.Slot });
        foreach (var value in more)
        {
            command.Parameters.Add(value switch
            {
                NpgsqlLogSequenceNumber => new() { Value = value, NpgsqlDbType = NpgsqlDbType.PgLsn },
                null => new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                _ => new() { Value = value },
            });
        }

        return command;
    }

    // Their rows are in chunks of other names, so that a publication of a hypertable sends nothing at all, without a word.
    private async Task RefuseHypertablesAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("""
            SELECT string_agg(p.schemaname || '.' || p.tablename, ', ') FROM pg_publication_tables p
            JOIN timescaledb_information.hypertables h ON h.hypertable_schema = p.schemaname AND h.hypertable_name = p.tablename
            WHERE p.pubname = $1
            """);
        command.Parameters.Add(new() { Value = options.Publication });
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string hypertables)
            throw new InvalidOperationException($"The publication {options.Publication} lists hypertables, whose changes PostgreSQL does not publish: {hypertables}. Send what happens to them as logical messages.");
    }

    private async Task<PublishedTable[]> PublishedAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("""
            SELECT p.schemaname::text, p.tablename::text, a.columns, a.types, coalesce(k.columns, '{}'), coalesce(k.types, '{}'), p.rowfilter
            FROM pg_publication_tables p
            JOIN pg_namespace n ON n.nspname = p.schemaname
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
            CROSS JOIN LATERAL (
              SELECT array_agg(a.attname::text ORDER BY a.attnum) AS columns, array_agg(t.typname::text ORDER BY a.attnum) AS types
              FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attname = ANY (p.attnames)) a
            LEFT JOIN LATERAL (
              SELECT array_agg(a.attname::text ORDER BY o.n) AS columns, array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY o.n) AS types
              FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS o (attnum, n)
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = o.attnum
              WHERE i.indrelid = c.oid AND i.indisprimary) k ON true
            WHERE p.pubname = $1 ORDER BY 1, 2
            """);
        command.Parameters.Add(new() { Value = options.Publication });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        List<PublishedTable> tables = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            tables.Add(new PublishedTable($"{reader.GetString(0)}.{reader.GetString(1)}", reader.GetString(0), reader.GetString(1), reader.GetFieldValue<string[]>(2),
                reader.GetFieldValue<string[]>(3), reader.GetFieldValue<string[]>(4), reader.GetFieldValue<string[]>(5), reader.IsDBNull(6) ? null : reader.GetString(6)));
        }

        return [.. tables];
    }
}

using System.Diagnostics.CodeAnalysis;
using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;
using Platform.ChangeStream;

namespace Platform.LoadTests.Changes.History;

/// <summary>
/// The database's own account of what happened to books: a slot that nobody reads until all is over, and then by the bare
/// protocol, with nothing in between of what is judged by it.
/// </summary>
internal sealed class TrueHistory(NpgsqlDataSource source, string connectionString)
{
    private const string Slot = "bench_truth";
    private const string End = "bench.end";

    /// <summary>It remembers from now on.</summary>
    /// <returns>Where: what is committed there, or later, is in it.</returns>
    internal async Task<NpgsqlTypes.NpgsqlLogSequenceNumber> BeginAsync(CancellationToken cancellationToken)
    {
        await ForgetAsync(cancellationToken);
        await using var create = source.CreateCommand($"SELECT lsn FROM pg_create_logical_replication_slot('{Slot}', 'pgoutput')");
        return (NpgsqlTypes.NpgsqlLogSequenceNumber)(await create.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What happened since to books, by topic.</summary>
    internal async Task<Dictionary<string, IReadOnlyList<TrueEvent>>> ReadAsync(CancellationToken cancellationToken) => TopicsOf(await ReadChangesAsync(cancellationToken));

    /// <summary>What happened to books of all that happened, by topic.</summary>
    internal static Dictionary<string, IReadOnlyList<TrueEvent>> TopicsOf(IEnumerable<TrueChange> changes) =>
        changes.Where(change => change is { What: "catalog.books", Operation: ChangeOperation.Update })
            .GroupBy(change => $"books/{change.Values["id"]}", change => new TrueEvent(change.Id, change.Values[BookWriter.Column] ?? ""), StringComparer.Ordinal)
            .ToDictionary(topic => topic.Key, topic => (IReadOnlyList<TrueEvent>)[.. topic], StringComparer.Ordinal);

    /// <summary>All that happened since.</summary>
    internal async Task<List<TrueChange>> ReadChangesAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync($"SELECT pg_logical_emit_message(true, '{End}', '')", cancellationToken);
        List<TrueChange> changes = [];
        await using var connection = new LogicalReplicationConnection(connectionString) { WalReceiverStatusInterval = TimeSpan.FromSeconds(1) };
        await connection.Open(cancellationToken);
        var options = new PgOutputReplicationOptions("platform", PgOutputProtocolVersion.V2, messages: true);
        var (commit, sequence) = (default(NpgsqlTypes.NpgsqlLogSequenceNumber), 0L);
        await foreach (var message in connection.StartReplication(new PgOutputReplicationSlot(Slot), options, cancellationToken))
        {
            if (message is LogicalDecodingMessage { Prefix: End })
                break;
            if (message is BeginMessage begin)
                (commit, sequence) = (begin.TransactionFinalLsn, 0);
            // Whatever else is published counts: ids are of all events of a transaction. Of which trace it is, is no event.
            else if (message is InsertMessage or UpdateMessage or DeleteMessage or LogicalDecodingMessage { Flags: 1, Prefix: not TraceContext.Prefix })
                changes.Add(await TrueChange.ReadAsync(new EventId(commit, ++sequence), message, cancellationToken));
        }

        return changes;
    }

    /// <summary>Keeps no WAL any more.</summary>
    internal Task ForgetAsync(CancellationToken cancellationToken) =>
        ExecuteAsync($"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{Slot}' AND NOT active", cancellationToken);

    [SuppressMessage("Security", "CA2100", Justification = "Made in this file.")]
    private async Task ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

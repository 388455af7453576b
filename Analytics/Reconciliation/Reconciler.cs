using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Npgsql;
using NpgsqlTypes;
using Platform.Analytics.Events;
using Platform.Analytics.Ingest;
using Platform.ChangeStream;
using EventId = Platform.ChangeStream.EventId;

namespace Platform.Analytics.Reconciliation;

/// <summary>
/// Compares the rows of the database with what the event store says of them, range by range, and puts right what differs: the
/// database is the source.
/// </summary>
/// <remarks>
/// A range whose checksums are equal is done. Otherwise rows may have changed between the two reads, so the rows are read, then
/// the events once all that was committed by then is in the store, and what differs is drift only when it differs twice in the
/// same way. What is repaired is written over the event that was read, or created: when something else was faster, it is looked
/// at again in the next pass.
/// </remarks>
internal sealed class Reconciler(NpgsqlDataSource database, EventContainers containers, ParkedStreams parked, ChangeStreamReader stream, ReconciliationOptions options, TimeProvider clock)
{
    private static readonly TimeSpan AsksAgainAfter = TimeSpan.FromMilliseconds(100);
    private int _created;

    /// <summary>A row that differs.</summary>
    private sealed record Difference(RowKey Row, SourceRow? Source, EventRows.EventRow? Told)
    {
        internal bool IsSameAs(Difference other) => Source?.Text == other.Source?.Text && Told?.Text == other.Told?.Text && Told?.Last.ETag == other.Told?.Last.ETag;
    }

    /// <summary>The tables that are compared, those of an entity together.</summary>
    internal async Task<IReadOnlyList<IGrouping<string, SourceTable>>> OpenAsync(CancellationToken cancellationToken)
    {
        List<SourceTable> tables = [];
        foreach (var name in EventMap.MappedTables)
            tables.Add(await SourceTable.OpenAsync(database, name, cancellationToken).ConfigureAwait(false));
        return [.. tables.GroupBy(table => table.Mapping.Entity, StringComparer.Ordinal)];
    }

    /// <summary>The range after an id.</summary>
    internal async Task<KeyRange> RangeAsync(IGrouping<string, SourceTable> tables, Guid after, CancellationToken cancellationToken) =>
        new(tables.Key, after, await tables.Single(table => table.Mapping.Part is null).LastOfAsync(after, options.Entities, cancellationToken).ConfigureAwait(false));

    /// <summary>Compares a range, and puts it right.</summary>
    /// <returns>How many rows of each table were compared, and how many of them differed and were put right.</returns>
    internal async Task<IReadOnlyList<ReconciledTable>> CompareAsync(IReadOnlyCollection<SourceTable> tables, KeyRange range, CancellationToken cancellationToken)
    {
        Dictionary<string, Checksum> sums = new(StringComparer.Ordinal);
        foreach (var table in tables)
            sums[table.Name] = await table.SumAsync(range, cancellationToken).ConfigureAwait(false);
        var told = await containers.InsistAsync(ended => EventRows.ReadAsync(containers.Events, range, tables, ended), cancellationToken).ConfigureAwait(false);
        var differing = tables.Where(table => Checksum.Of(told.Where(row => row.Key.Table == table.Name && row.Value.Text is not null).Select(row => row.Value.Text!)) != sums[table.Name]).ToList();
        var drift = differing.Count == 0 ? [] : await DriftAsync(differing, range, cancellationToken).ConfigureAwait(false);
        var repaired = new HashSet<RowKey>();
        foreach (var difference in drift)
        {
            if (await RepairAsync(difference, cancellationToken).ConfigureAwait(false))
                repaired.Add(difference.Row);
        }

        return [.. tables.Select(table => new ReconciledTable(table.Name, sums[table.Name].Rows, drift.Count(one => one.Row.Table == table.Name), repaired.Count(row => row.Table == table.Name)))];
    }

    private async Task<IReadOnlyList<Difference>> DriftAsync(IReadOnlyList<SourceTable> tables, KeyRange range, CancellationToken cancellationToken)
    {
        var first = await DifferencesAsync(tables, range, cancellationToken).ConfigureAwait(false);
        if (first.Count == 0)
            return [];
        var second = await DifferencesAsync(tables, range, cancellationToken).ConfigureAwait(false);
        return [.. second.Values.Where(one => first.TryGetValue(one.Row, out var before) && one.IsSameAs(before))];
    }

    private async Task<Dictionary<RowKey, Difference>> DifferencesAsync(IReadOnlyList<SourceTable> tables, KeyRange range, CancellationToken cancellationToken)
    {
        Dictionary<RowKey, SourceRow> rows = [];
        foreach (var table in tables)
        {
            foreach (var row in await table.ReadAsync(range, cancellationToken).ConfigureAwait(false))
                rows[row.Key] = row.Value;
        }

        await StoredAsync(cancellationToken).ConfigureAwait(false);
        var told = await containers.InsistAsync(ended => EventRows.ReadAsync(containers.Events, range, tables, ended), cancellationToken).ConfigureAwait(false);
        // What is parked is known to be missing, and waits for somebody to look.
        return rows.Keys.Union(told.Keys).Where(row => !parked.IsBlocked(row.Stream))
            .Select(row => new Difference(row, rows.GetValueOrDefault(row), told.GetValueOrDefault(row)))
            .Where(one => one.Source?.Text != one.Told?.Text).ToDictionary(one => one.Row);
    }

    /// <summary>Waits until all that is committed now is in the event store.</summary>
    private async Task StoredAsync(CancellationToken cancellationToken)
    {
        // A commit, so that there is something to confirm although nothing else happens.
        await using var now = database.CreateCommand("SELECT pg_logical_emit_message(true, 'platform.reconcile', ''), pg_current_wal_insert_lsn()");
        await using var answer = await now.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await answer.ReadAsync(cancellationToken).ConfigureAwait(false);
        var position = answer.GetFieldValue<NpgsqlLogSequenceNumber>(1);
        await using var asked = database.CreateCommand("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1 AND confirmed_flush_lsn >= $2");
        asked.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stream.Slot });
        asked.Parameters.Add(new NpgsqlParameter<NpgsqlLogSequenceNumber> { TypedValue = position, NpgsqlDbType = NpgsqlDbType.PgLsn });
        for (var began = clock.GetTimestamp(); await asked.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not 1L;)
        {
            if (clock.GetElapsedTime(began) > options.WaitAtMost)
                throw new TimeoutException("The event store is too far behind the database to be compared with it.");
            await Task.Delay(AsksAgainAfter, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Whether it was done, and not by somebody else.</returns>
    private async Task<bool> RepairAsync(Difference difference, CancellationToken cancellationToken)
    {
        var key = new PartitionKey(difference.Row.Stream);
        try
        {
            if (difference is { Source: { } row, Told: { Text: not null } told })
            {
                // The last that is told of it becomes what it should have told.
                var last = told.Last;
                await containers.Events.ReplaceItemAsync(
                    new AnalyticsEvent(last.Id, last.Stream, last.Type, last.At, last.Position, row.Data, last.Revision + 1), last.Id, key,
                    new ItemRequestOptions { IfMatchEtag = last.ETag, EnableContentResponseOnWrite = false }, cancellationToken).ConfigureAwait(false);
                return true;
            }

            var lost = await CreatedAsync(difference, cancellationToken).ConfigureAwait(false);
            await containers.Events.CreateItemAsync(lost, key, EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (CosmosException e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    // What the store does not know of, or not that it is gone, happened at some time before now.
    private async Task<AnalyticsEvent> CreatedAsync(Difference difference, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT pg_current_wal_insert_lsn()");
        var position = (NpgsqlLogSequenceNumber)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        // Before whatever is committed from now on, after all that was.
        var id = new EventId(position, ++_created, IsRead: true);
        var mapping = EventMap.MappingOf(difference.Row.Table);
        var data = difference.Source?.Data ?? JsonSerializer.SerializeToElement(mapping.Key is { } column ? new Dictionary<string, JsonElement> { [column] = difference.Told!.Values[column] } : []);
        return new AnalyticsEvent($"{id}-repair", difference.Row.Stream, mapping.TypeOf(difference.Source is null ? "removed" : "found"), clock.GetUtcNow(), AnalyticsEvent.PositionOf(id), data, Revision: 1);
    }
}

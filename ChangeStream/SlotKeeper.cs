using Microsoft.Extensions.Logging;
using Npgsql;
using Npgsql.Replication;
using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>Sees that there is a slot to read from, and that nobody fails to hear when there was none.</summary>
/// <remarks>
/// A gap is written down before anything of the lost slot is thrown away, and crossed out when the consumer has confirmed
/// it; so it is told however often a reader dies in between. Readers that start at once take turns: otherwise one could
/// drop, as lost, the slot that the other has just made.
/// </remarks>
internal sealed class SlotKeeper(ChangeStreamOptions options, StreamStore store, ILogger logger)
{
    /// <summary>Makes the slot when it is not there, or no longer of use.</summary>
    /// <returns>The slot as it is now.</returns>
    internal async Task<SlotState> EnsureAsync(CancellationToken cancellationToken)
    {
        await using var turn = await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock(hashtextextended('change stream ' || $1, 0))", turn) { Parameters = { new() { Value = options.Slot } } })
            await take.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await store.ExecuteAsync("INSERT INTO ops.change_streams (slot) VALUES ($1) ON CONFLICT DO NOTHING", cancellationToken).ConfigureAwait(false);
            var slot = await store.SlotAsync(cancellationToken).ConfigureAwait(false);
            if (slot is { IsLost: false })
                return slot;

            await MarkGapAsync(slot, cancellationToken).ConfigureAwait(false);
            await using var replication = new LogicalReplicationConnection(StreamStore.Session(options));
            await replication.Open(cancellationToken).ConfigureAwait(false);
            if (slot is not null)
                await replication.DropReplicationSlot(options.Slot, wait: true, cancellationToken).ConfigureAwait(false);
            await replication.CreatePgOutputReplicationSlot(options.Slot, slotSnapshotInitMode: LogicalSlotSnapshotInitMode.NoExport, cancellationToken: cancellationToken).ConfigureAwait(false);
            logger.SlotMade(options.Slot);
            return await store.SlotAsync(cancellationToken).ConfigureAwait(false) ?? throw new InvalidOperationException($"The slot {options.Slot} was dropped as soon as it was made.");
        }
        finally
        {
            // The lock is the session's, and the pool keeps sessions.
            await using var leave = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", turn);
            await leave.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    // Nothing is missing to a consumer that never had anything. An older gap that is not confirmed yet begins earlier, and
    // ends where the stream begins again, whichever slot that is.
    private async Task MarkGapAsync(SlotState? lost, CancellationToken cancellationToken)
    {
        var reason = lost is null ? $"The slot {options.Slot} is no longer there." : $"The slot {options.Slot} was invalidated: the server no longer had the WAL it needs.";
        var marked = await store.ExecuteAsync("""
            UPDATE ops.change_streams SET gap_from = coalesce(gap_from, greatest(confirmed_lsn, $2)), gap_reason = coalesce(gap_reason, $3), confirmed_lsn = NULL
            WHERE slot = $1 AND coalesce(gap_from, confirmed_lsn, nullif($2, '0/0'::pg_lsn)) IS NOT NULL
            """, cancellationToken, lost?.ConfirmedLsn ?? default(NpgsqlLogSequenceNumber), reason).ConfigureAwait(false);
        if (marked == 0)
            return;

        await store.ExecuteAsync("DELETE FROM ops.change_stream_snapshots WHERE slot = $1", cancellationToken).ConfigureAwait(false);
        logger.GapFound(options.Slot, reason);
    }
}

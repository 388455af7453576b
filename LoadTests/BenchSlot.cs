using Npgsql;

namespace Platform.LoadTests;

/// <summary>The slot of a service that a bench starts.</summary>
internal sealed class BenchSlot(NpgsqlDataSource source, string slot)
{
    /// <summary>Waits until somebody has it.</summary>
    internal async Task HeldAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{slot}' AND active)");
        while (await command.ExecuteScalarAsync(cancellationToken) is not true)
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
    }

    /// <summary>Drops it, once those who had it have ended.</summary>
    internal async Task DropAsync(CancellationToken cancellationToken)
    {
        await using var drop = source.CreateCommand($"DELETE FROM ops.change_streams WHERE slot = '{slot}'; SELECT pg_drop_replication_slot('{slot}')");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await drop.ExecuteNonQueryAsync(cancellationToken);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse && attempt < 100)
            {
                // The server has not noticed yet that they are gone.
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }
        }
    }
}

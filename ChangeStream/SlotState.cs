using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>A slot as the server describes it (<c>pg_replication_slots</c>).</summary>
/// <param name="IsActive">Whether somebody reads from it.</param>
/// <param name="WalStatus"><c>reserved</c>, <c>extended</c>, <c>unreserved</c> (about to be lost) or <c>lost</c>.</param>
/// <param name="ConfirmedLsn">How far its consumer has confirmed.</param>
/// <param name="RetainedBytes">WAL that the server keeps for it.</param>
/// <param name="LagBytes">WAL that its consumer has not confirmed.</param>
/// <param name="SafeBytes">WAL that may yet be written before it is in danger of being lost; null without a limit.</param>
/// <param name="At">The server's clock.</param>
public sealed record SlotState(bool IsActive, string WalStatus, NpgsqlLogSequenceNumber ConfirmedLsn, long RetainedBytes, long LagBytes, long? SafeBytes, DateTimeOffset At)
{
    /// <summary>Whether the WAL it needs is gone: nothing can be read from it any more.</summary>
    public bool IsLost => WalStatus == "lost";
}

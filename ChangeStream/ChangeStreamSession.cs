using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>One reading of a slot, from when it was taken until it is lost.</summary>
/// <param name="Epoch">
/// Raised whenever a reader takes the slot. A store that refuses what comes with an older one than it has seen is safe from a
/// reader that has lost the slot and does not know it yet.
/// </param>
/// <param name="History">
/// Names the history of the database that positions belong to: the server's identity and its timeline. After a restore to a
/// point in time or a failover it is another, and the same position may name another commit.
/// </param>
/// <param name="StartsAt">What was committed before was confirmed.</param>
/// <param name="ServerLsn">How far the server's WAL was when the slot was taken; nothing that was read before is after it.</param>
public sealed record ChangeStreamSession(long Epoch, string History, NpgsqlLogSequenceNumber StartsAt, NpgsqlLogSequenceNumber ServerLsn);

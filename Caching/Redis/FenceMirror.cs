using System.Buffers.Binary;

namespace Platform.Caching.Redis;

/// <summary>
/// This node's copy of the fence table, kept by the messages: what it has heard up to <see cref="Heard"/> is complete.
/// Only the link changes it, one message at a time; anybody reads.
/// </summary>
internal sealed class FenceMirror
{
    /// <summary>
    /// The size of the table in Redis, in bytes: epoch, seq, a version for each slot, and the number of the last hello after an
    /// outage, 8 bytes each.
    /// </summary>
    internal const int TableBytes = (2 + FenceSlots.Count + 1) * 8;

    private readonly long[] _slots = new long[FenceSlots.Count];
    private long _heard;

    /// <param name="epoch">The table's epoch.</param>
    /// <param name="seq">The number of the hello that the table was copied with.</param>
    /// <param name="table">The copy.</param>
    /// <param name="clockOffset">Redis' clock less this node's, in milliseconds.</param>
    internal FenceMirror(long epoch, long seq, ReadOnlySpan<byte> table, long clockOffset)
    {
        (Epoch, _heard, TrustedFrom, ClockOffset) = (epoch, seq, BinaryPrimitives.ReadInt64BigEndian(table[^8..]), clockOffset);
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            _slots[slot] = BinaryPrimitives.ReadInt64BigEndian(table[((2 + slot) * 8)..]);
        }
    }

    internal long Epoch { get; }

    /// <summary>The fence that an entry must have at least: some node may not have been able to invalidate what is older.</summary>
    internal long TrustedFrom { get; }

    internal long ClockOffset { get; set; }

    /// <summary>All invalidations up to this number are in the mirror; the fence of a load that begins now.</summary>
    internal long Heard => Volatile.Read(ref _heard);

    /// <summary>Whether an entry of this fence may be read.</summary>
    internal bool Trusts(long epoch, long fence, ReadOnlySpan<int> tagSlots)
    {
        if (epoch != Epoch || fence < TrustedFrom)
        {
            return false;
        }

        foreach (var slot in tagSlots)
        {
            // A slot out of range can only come of an entry that some other version wrote.
            if ((uint)slot >= FenceSlots.Count || Volatile.Read(ref _slots[slot]) > fence)
            {
                return false;
            }
        }

        return true;
    }

    internal void Raise(int slot, long seq) => LocalFence.Raise(ref _slots[slot], seq);

    /// <summary>Notes that everything up to <paramref name="seq"/> is in the slots.</summary>
    internal void HeardUpTo(long seq) => Volatile.Write(ref _heard, seq);
}

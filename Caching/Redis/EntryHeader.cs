using System.Buffers.Binary;

namespace Platform.Caching.Redis;

/// <summary>What a value in Redis says of itself, before the value. Its bytes, little-endian:</summary>
/// <remarks>
/// <code>
///  0  CRC-32C of all that follows      24  fence
///  4  "PC"                             32  created, in ms of Redis' clock
///  6  version of this layout           40  fresh for, in ms
///  7  flags (1: the value is null)     48  size of the value (int)
///  8  fingerprint of the type          52  number of tag slots (ushort)
/// 16  epoch                            54  tag slots (int each), and then the value
/// </code>
/// The first seven bytes mean the same in every version, so that another version is told from damage.
/// </remarks>
/// <param name="Epoch">The shared fence's: entries of another one are not to be trusted.</param>
/// <param name="Fence">The invalidation up to which its writer had heard when it began to load.</param>
/// <param name="CreatedAt">When it was loaded, in milliseconds of Redis' clock.</param>
/// <param name="FreshMs">How long it is fresh from then on.</param>
/// <param name="IsNull">Whether the source has no value; who writes an entry need not set it.</param>
/// <param name="TagSlots">Where the fence tells whether its tags were invalidated since.</param>
internal readonly record struct EntryHeader(long Epoch, long Fence, long CreatedAt, long FreshMs, bool IsNull, int[] TagSlots)
{
    public const int MaxTagSlots = ushort.MaxValue;
    private const int FixedSize = 54;
    private const ushort Magic = 'P' | ('C' << 8);
    private const byte Version = 1;
    private const byte NullFlag = 1;

    /// <summary>Where the value begins.</summary>
    public int Size => FixedSize + (TagSlots.Length * sizeof(int));

    /// <summary>Completes an entry whose value stands at <see cref="Size"/> already.</summary>
    public void Write(Span<byte> entry, ulong fingerprint)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(entry[4..], Magic);
        entry[6] = Version;
        entry[7] = IsNull ? NullFlag : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], fingerprint);
        BinaryPrimitives.WriteInt64LittleEndian(entry[16..], Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(entry[24..], Fence);
        BinaryPrimitives.WriteInt64LittleEndian(entry[32..], CreatedAt);
        BinaryPrimitives.WriteInt64LittleEndian(entry[40..], FreshMs);
        BinaryPrimitives.WriteInt32LittleEndian(entry[48..], entry.Length - Size);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[52..], checked((ushort)TagSlots.Length));
        for (var i = 0; i < TagSlots.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(entry[(FixedSize + (i * sizeof(int)))..], TagSlots[i]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(entry, Crc32C.Of(entry[sizeof(uint)..]));
    }

    /// <summary>Reads the header of any bytes at all, and checks that the value behind it is whole.</summary>
    public static EntryReadResult TryRead(ReadOnlySpan<byte> entry, ulong fingerprint, out EntryHeader header)
    {
        header = new EntryHeader(0, 0, 0, 0, false, []);
        if (entry.Length < sizeof(uint) + 3
            || BinaryPrimitives.ReadUInt16LittleEndian(entry[4..]) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(entry) != Crc32C.Of(entry[sizeof(uint)..]))
        {
            return EntryReadResult.Corrupt;
        }

        if (entry[6] != Version)
        {
            return EntryReadResult.OtherVersion;
        }

        // The sum was right, but a sum can be right by chance: nothing below may read past the end.
        if (entry.Length < FixedSize)
        {
            return EntryReadResult.Corrupt;
        }

        var tags = BinaryPrimitives.ReadUInt16LittleEndian(entry[52..]);
        var valueSize = entry.Length - FixedSize - (tags * sizeof(int));
        if (valueSize < 0 || BinaryPrimitives.ReadInt32LittleEndian(entry[48..]) != valueSize)
        {
            return EntryReadResult.Corrupt;
        }

        header = new EntryHeader(
            BinaryPrimitives.ReadInt64LittleEndian(entry[16..]), BinaryPrimitives.ReadInt64LittleEndian(entry[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(entry[32..]), BinaryPrimitives.ReadInt64LittleEndian(entry[40..]),
            (entry[7] & NullFlag) != 0, ReadTagSlots(entry, tags));
        return BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]) == fingerprint ? EntryReadResult.Ok : EntryReadResult.OtherVersion;
    }

    private static int[] ReadTagSlots(ReadOnlySpan<byte> entry, int count)
    {
        var slots = count == 0 ? [] : new int[count];
        for (var i = 0; i < count; i++)
        {
            slots[i] = BinaryPrimitives.ReadInt32LittleEndian(entry[(FixedSize + (i * sizeof(int)))..]);
        }

        return slots;
    }
}

/// <summary>What became of reading an entry.</summary>
internal enum EntryReadResult
{
    /// <summary>It was read.</summary>
    Ok,

    /// <summary>The bytes are damaged, or were never an entry.</summary>
    Corrupt,

    /// <summary>It is whole, but another version of the type or of the layout wrote it.</summary>
    OtherVersion,
}

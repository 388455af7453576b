using System.Buffers.Binary;

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>
/// The ids that the service gives: a database's is 4 bytes, a container's its database's and 4 more, an item's its
/// container's and 8 more, in base64 with <c>-</c> for <c>/</c>. Numbers are never used again.
/// </summary>
internal static class ResourceId
{
    // The first bit tells a container from a user.
    private const uint ContainerBit = 0x8000_0000;

    internal static string OfDatabase(uint number) => Write(4, bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes, number));

    internal static string OfContainer(uint database, uint number) => Write(8, bytes =>
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, database);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], number | ContainerBit);
    });

    // The upper half of the last byte is the kind of resource: 0 of an item, 5 of a range.
    internal static string OfItem(uint database, uint container, long number) => OfChild(database, container, (ulong)number << 8);

    internal static string OfPartitionKeyRange(uint database, uint container) => OfChild(database, container, 0x50);

    private static string OfChild(uint database, uint container, ulong child) => Write(16, bytes =>
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, database);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], container | ContainerBit);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], child);
    });

    private delegate void Writing(Span<byte> bytes);

    private static string Write(int length, Writing write)
    {
        Span<byte> bytes = stackalloc byte[length];
        write(bytes);
        return Convert.ToBase64String(bytes).Replace('/', '-');
    }
}

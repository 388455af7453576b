using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Platform.Analytics.Recommendations.Versions;

/// <summary>The weights of a model as bytes: numbers of the machine's own order, one array after the other, each with its length.</summary>
internal static class ModelWeights
{
    /// <summary>All of a model but its description.</summary>
    internal static byte[] Write(RecommendationModel model)
    {
        using var stream = new MemoryStream();
        Append<Guid>(stream, model.Books);
        Append(stream, model.Encoder);
        Append(stream, model.Items);
        Append(stream, model.Neighbours.Starts);
        Append(stream, model.Neighbours.AllColumns);
        Append(stream, model.Neighbours.AllWeights);
        return stream.ToArray();
    }

    /// <summary>The model of which <see cref="Write"/> has made the bytes.</summary>
    internal static RecommendationModel Read(ModelDescription description, ReadOnlySpan<byte> bytes)
    {
        var books = Take<Guid>(ref bytes);
        var encoder = Take<float>(ref bytes);
        var items = Take<float>(ref bytes);
        return new RecommendationModel(description, books, encoder, items, new Neighbours(Take<int>(ref bytes), Take<int>(ref bytes), Take<float>(ref bytes)));
    }

    /// <summary>Whether they are still what they were (CRC-32C).</summary>
    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            checksum = BitOperations.Crc32C(checksum, one);
        return ~checksum;
    }

    private static void Append<T>(MemoryStream stream, ReadOnlySpan<T> numbers)
        where T : unmanaged
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, numbers.Length);
        stream.Write(length);
        stream.Write(MemoryMarshal.AsBytes(numbers));
    }

    private static T[] Take<T>(ref ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var numbers = MemoryMarshal.Cast<byte, T>(bytes[sizeof(int)..])[..length].ToArray();
        bytes = bytes[(sizeof(int) + MemoryMarshal.AsBytes(numbers.AsSpan()).Length)..];
        return numbers;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Npgsql.Internal;

namespace Pgvector.Npgsql;

/// <summary>The binary form of pgvector: two 16-bit numbers (dimensions, 0), then the numbers, all big-endian.</summary>
internal sealed class VectorConverter : PgStreamingConverter<Vector>
{
    private const int HeaderBytes = 2 * sizeof(ushort);

    public override Size GetSize(SizeContext context, Vector value, ref object? writeState)
        => HeaderBytes + value.Memory.Length * sizeof(float);

    public override Vector Read(PgReader reader)
    {
        if (reader.ShouldBuffer(HeaderBytes))
            reader.Buffer(HeaderBytes);

        var numbers = new float[ReadHeader(reader)];
        var bytes = MemoryMarshal.AsBytes(numbers.AsSpan());
        reader.ReadBytes(bytes);
        SwapBytes(bytes);
        return new Vector(numbers);
    }

    public override async ValueTask<Vector> ReadAsync(PgReader reader, CancellationToken cancellationToken = default)
    {
        if (reader.ShouldBuffer(HeaderBytes))
            await reader.BufferAsync(HeaderBytes, cancellationToken).ConfigureAwait(false);

        var numbers = new float[ReadHeader(reader)];
        var count = numbers.Length * sizeof(float);
        var rented = ArrayPool<byte>.Shared.Rent(count);
        await reader.ReadBytesAsync(rented.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        SwapBytes(rented.AsSpan(0, count));
        rented.AsSpan(0, count).CopyTo(MemoryMarshal.AsBytes(numbers.AsSpan()));
        ArrayPool<byte>.Shared.Return(rented);
        return new Vector(numbers);
    }

    public override void Write(PgWriter writer, Vector value)
    {
        if (writer.ShouldFlush(HeaderBytes))
            writer.Flush();

        var bytes = WriteHeader(writer, value);
        writer.WriteBytes(bytes.AsSpan(0, value.Memory.Length * sizeof(float)));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    public override async ValueTask WriteAsync(PgWriter writer, Vector value, CancellationToken cancellationToken = default)
    {
        if (writer.ShouldFlush(HeaderBytes))
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);

        var bytes = WriteHeader(writer, value);
        await writer.WriteBytesAsync(bytes.AsMemory(0, value.Memory.Length * sizeof(float)), cancellationToken)
            .ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static int ReadHeader(PgReader reader)
    {
        var dimensions = reader.ReadUInt16();
        reader.ReadUInt16();
        return dimensions;
    }

    /// <summary>Writes the header and gives the numbers as the server wants them, in an array from the pool.</summary>
    private static byte[] WriteHeader(PgWriter writer, Vector value)
    {
        writer.WriteUInt16(checked((ushort)value.Memory.Length));
        writer.WriteUInt16(0);

        var numbers = MemoryMarshal.AsBytes(value.Memory.Span);
        var bytes = ArrayPool<byte>.Shared.Rent(numbers.Length);
        numbers.CopyTo(bytes);
        SwapBytes(bytes.AsSpan(0, numbers.Length));
        return bytes;
    }

    private static void SwapBytes(Span<byte> numbers)
    {
        var words = MemoryMarshal.Cast<byte, int>(numbers);
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(words, words);
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Platform.Emulators.Cosmos.Items;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Batches;

/// <summary>
/// The binary form in which the SDK sends batches and expects their results: a segment, then records of a length, a
/// CRC-32 and a row. Numbers are little-endian; lengths have 7 bits a byte, the lowest first.
/// </summary>
internal static class HybridRow
{
    private const int MostOperations = 100;
    private const int RecordHeaderBytes = 13;
    private static readonly byte[] Segment = [0x81, 0xF0, 0xD8, 0xFF, 0x7F, 0x01, 0x0A, 0x00, 0x00, 0x00];
    private static readonly byte[] RecordHeader = [0x81, 0xF1, 0xD8, 0xFF, 0x7F];
    private static readonly byte[] OperationHeader = [0x81, 0x70, 0x54, 0xE1, 0x7F];
    private static readonly byte[] ResultHeader = [0x81, 0x71, 0x54, 0xE1, 0x7F];

    /// <summary>The operations of a batch.</summary>
    /// <param name="body">As it was sent.</param>
    /// <param name="partition">The key of those that have none of their own.</param>
    /// <exception cref="CosmosException">It is none.</exception>
    internal static List<ItemOperation> Read(ReadOnlyMemory<byte> body, PartitionKey? partition)
    {
        List<ItemOperation> operations = [];
        try
        {
            var rest = body[Segment.Length..];
            if (!body.Span.StartsWith(Segment))
                throw Malformed();
            while (rest.Length > 0)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span[RecordHeader.Length..]);
                var row = rest.Slice(RecordHeaderBytes, length);
                if (!rest.Span.StartsWith(RecordHeader) || Crc32.HashToUInt32(row.Span) != BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[(RecordHeader.Length + 4)..]))
                    throw Malformed();
                operations.Add(ReadOperation(row, partition));
                rest = rest[(RecordHeaderBytes + length)..];
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Malformed();
        }

        return operations.Count is > 0 and <= MostOperations
            ? operations
            : throw CosmosException.BadRequest($"A batch has 1 to {MostOperations} operations, not {operations.Count}.");
    }

    /// <summary>The results of a batch, in the order of its operations.</summary>
    internal static byte[] Write(IReadOnlyList<ItemResult> results, IReadOnlyList<ItemOperation> operations, TimeSpan? retryAfter)
    {
        var body = new ArrayBufferWriter<byte>();
        body.Write(Segment);
        var row = new ArrayBufferWriter<byte>();
        for (var at = 0; at < results.Count; at++)
        {
            row.ResetWrittenCount();
            WriteResult(row, results[at], operations[at].Kind, retryAfter);
            body.Write(RecordHeader);
            BinaryPrimitives.WriteInt32LittleEndian(body.GetSpan(4), row.WrittenCount);
            body.Advance(4);
            BinaryPrimitives.WriteUInt32LittleEndian(body.GetSpan(4), Crc32.HashToUInt32(row.WrittenSpan));
            body.Advance(4);
            body.Write(row.WrittenSpan);
        }

        return body.WrittenSpan.ToArray();
    }

    private static ItemOperation ReadOperation(ReadOnlyMemory<byte> row, PartitionKey? partition)
    {
        if (!row.Span.StartsWith(OperationHeader))
            throw Malformed();
        var reader = new RowReader(row[OperationHeader.Length..]);
        var present = reader.Byte();
        var kind = (present & 1) != 0 ? reader.Int32() : -1;
        if ((present & 2) != 0)
            reader.Int32();
        var key = (present & 4) != 0 ? reader.Text() : null;
        if ((present & 8) != 0)
            reader.Bytes();
        var id = (present & 16) != 0 ? reader.Text() : null;
        if ((present & 32) != 0)
            reader.Bytes();
        var body = (present & 64) != 0 ? reader.Bytes() : default;
        var (ifMatch, ifNoneMatch) = ReadConditions(ref reader);
        if (!Enum.IsDefined((ItemOperationKind)kind))
            throw CosmosException.NotImplemented($"Operations of kind {kind} are not done by this emulator.");
        if (key is not null)
            partition = PartitionKey.TryParse(key, out var own) ? own : throw CosmosException.BadRequest("The partition key of an operation is none.", subStatus: 1001);
        return new ItemOperation((ItemOperationKind)kind, partition, id, body, ifMatch, ifNoneMatch);
    }

    private static (string? IfMatch, string? IfNoneMatch) ReadConditions(ref RowReader reader)
    {
        string? ifMatch = null, ifNoneMatch = null;
        while (!reader.IsAtEnd)
        {
            var type = reader.Byte();
            var token = reader.VarInt();
            switch (type)
            {
                case 2 or 3:
                    break;
                case 7 or 11:
                    reader.Int32();
                    break;
                case 16:
                    reader.Int32();
                    reader.Int32();
                    break;
                case 20 when token == 9:
                    ifMatch = reader.Text();
                    break;
                case 20 when token == 10:
                    ifNoneMatch = reader.Text();
                    break;
                case 20 or 21:
                    reader.Bytes();
                    break;
                default:
                    throw Malformed();
            }
        }

        return (ifMatch, ifNoneMatch);
    }

    private static void WriteResult(ArrayBufferWriter<byte> row, ItemResult result, ItemOperationKind kind, TimeSpan? retryAfter)
    {
        row.Write(ResultHeader);
        var etag = result.ETag is null ? [] : Encoding.UTF8.GetBytes(result.ETag);
        row.Write([(byte)(3 | (etag.Length > 0 ? 4 : 0) | (result.Json is not null ? 8 : 0))]);
        Int32(row, result.Status);
        Int32(row, result.SubStatus);
        if (etag.Length > 0)
            Bytes(row, etag);
        if (result.Json is not null)
            Bytes(row, result.Json);
        if (retryAfter is { } time)
        {
            row.Write<byte>([11, 5]);
            Int32(row, (int)Math.Ceiling(time.TotalMilliseconds));
        }

        row.Write<byte>([16, 6]);
        BinaryPrimitives.WriteDoubleLittleEndian(row.GetSpan(8), result.Charge(kind));
        row.Advance(8);
    }

    private static void Int32(ArrayBufferWriter<byte> row, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(row.GetSpan(4), number);
        row.Advance(4);
    }

    private static void Bytes(ArrayBufferWriter<byte> row, ReadOnlySpan<byte> bytes)
    {
        var length = (uint)bytes.Length;
        for (; length >= 0x80; length >>= 7)
            row.Write([(byte)(length | 0x80)]);
        row.Write([(byte)length]);
        row.Write(bytes);
    }

    private static CosmosException Malformed() => CosmosException.BadRequest("The request body is no batch.");

    private ref struct RowReader(ReadOnlyMemory<byte> row)
    {
        private ReadOnlyMemory<byte> _rest = row;

        internal readonly bool IsAtEnd => _rest.Length == 0;

        internal byte Byte() => Take(1).Span[0];

        internal int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span);

        internal int VarInt()
        {
            var (number, shift) = (0, 0);
            byte part;
            do
            {
                part = Byte();
                number |= (part & 0x7F) << shift;
                shift += 7;
            }
            while ((part & 0x80) != 0 && shift < 35);
            return number;
        }

        internal ReadOnlyMemory<byte> Bytes() => Take(VarInt());

        internal string Text() => Encoding.UTF8.GetString(Bytes().Span);

        private ReadOnlyMemory<byte> Take(int length)
        {
            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}

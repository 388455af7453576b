using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.Emulators.Cosmos.Queries;

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>An item as a client sent it, checked, and what it says of itself.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Partition">Its partition key.</param>
/// <param name="Ttl">Its own time to live in seconds; -1 for ever; null for the container's.</param>
/// <param name="Body">Its members without those that the service adds, without the closing brace.</param>
internal sealed record ItemJson(string Id, PartitionKey Partition, int? Ttl, byte[] Body)
{
    /// <summary>The largest item, in bytes of its text.</summary>
    internal const int MaxBytes = 2 * 1024 * 1024;

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="CosmosException">It is not usable.</exception>
    internal static ItemJson Parse(ReadOnlyMemory<byte> body, ContainerDefinition container)
    {
        if (body.Length > MaxBytes)
            throw CosmosException.TooLarge("Request size is too large: an item has 2 MB at most.");
        var bytes = body.Span.Trim(" \n\r\t"u8).ToArray();
        var value = Check(bytes);
        var id = value.Member("id");
        if (id.Kind != ValueKind.String || !Resource.IsId(id.Text) || Encoding.UTF8.GetByteCount(id.Text) > Resource.MaxIdBytes)
            throw CosmosException.BadRequest($"The input content is invalid because the required properties - 'id; ' - are missing or wrong: {Resource.IdRule($"{Resource.MaxIdBytes} bytes")}");
        var key = container.PartitionKeyPath.Aggregate(value, (at, step) => at.Member(step));
        if (PartitionKey.Of(key) is not { } partition)
            throw CosmosException.BadRequest($"The value at /{string.Join('/', container.PartitionKeyPath)} is an object or an array, which no partition key can be.", subStatus: 1001);
        return new ItemJson(id.Text, partition, TtlOf(value.Member("ttl"), container), WithoutSystemProperties(bytes));
    }

    /// <summary>The whole item, with what the service adds.</summary>
    internal byte[] Complete(string resourceId, string self, long lsn, long modifiedAt)
    {
        var more = Encoding.UTF8.GetBytes($"\"_rid\":\"{resourceId}\",\"_self\":\"{self}\",\"_etag\":\"\\\"{lsn:x16}\\\"\",\"_attachments\":\"attachments/\",\"_ts\":{modifiedAt}}}");
        var whole = new byte[Body.Length + 1 + more.Length];
        Body.CopyTo(whole, 0);
        whole[Body.Length] = (byte)',';
        more.CopyTo(whole, Body.Length + 1);
        return whole;
    }

    private static Value Check(byte[] bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 128 });
            if (bytes.Length == 0 || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw CosmosException.BadRequest("The request body is no JSON object.");
            reader.Skip();
            if (reader.Read())
                throw CosmosException.BadRequest("The request body is more than one JSON object.");
            return Value.Of(bytes);
        }
        catch (JsonException e)
        {
            throw CosmosException.BadRequest($"The request body is no valid JSON: {e.Message}");
        }
    }

    // Values as they were written: a number keeps its digits.
    private static byte[] WithoutSystemProperties(byte[] bytes)
    {
        var kept = new ArrayBufferWriter<byte>(bytes.Length);
        var reader = new Utf8JsonReader(bytes);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isSystem, start) = (Array.IndexOf(Resource.SystemProperties, reader.GetString()) >= 0, (int)reader.TokenStartIndex);
            reader.Read();
            reader.Skip();
            if (isSystem)
                continue;
            kept.Write(kept.WrittenCount == 0 ? "{"u8 : ","u8);
            kept.Write(bytes.AsSpan(start, (int)reader.BytesConsumed - start));
        }

        return kept.WrittenSpan.ToArray();
    }

    private static int? TtlOf(in Value ttl, ContainerDefinition container)
    {
        if (ttl.IsUndefined || container.DefaultTtl is null)
            return null;
        return ttl.Kind == ValueKind.Number && double.IsInteger(ttl.Number) && ttl.Number is -1 or (> 0 and <= int.MaxValue)
            ? (int)ttl.Number
            : throw CosmosException.BadRequest("ttl must be -1 or a positive number of seconds.");
    }
}

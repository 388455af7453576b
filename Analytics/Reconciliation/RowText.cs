using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.Analytics.Reconciliation;

/// <summary>
/// A row as one text, the same whether PostgreSQL writes it or it is put together from events: numbers without trailing zeros,
/// times in microseconds since 1970, a mark where there is no value.
/// </summary>
internal static class RowText
{
    private const char Separator = '\u001f';
    private const char Null = '\u0001';

    /// <summary>A row of the database.</summary>
    /// <param name="columns">Names and types.</param>
    /// <returns>An SQL expression of type <c>text</c>.</returns>
    internal static string Sql(IEnumerable<(string Name, string Type)> columns) =>
        $"concat_ws(chr({(int)Separator}), {string.Join(", ", columns.Select(column => $"coalesce({Sql(column.Name, column.Type)}, chr({(int)Null}))"))})";

    /// <summary>The sum of all rows' hashes, which does not depend on their order.</summary>
    /// <param name="text">An SQL expression of type <c>text</c>.</param>
    /// <returns>An SQL aggregate of type <c>bigint</c>.</returns>
    internal static string SqlHash(string text) => $"coalesce(bit_xor(('x' || encode(substr(sha256(convert_to({text}, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint), 0)";

    /// <summary>A row as events say it is.</summary>
    /// <param name="columns">Names and types.</param>
    /// <param name="values">What is not in it is as good as no value.</param>
    internal static string Of(IEnumerable<(string Name, string Type)> columns, IReadOnlyDictionary<string, JsonElement> values) =>
        string.Join(Separator, columns.Select(column => values.TryGetValue(column.Name, out var value) ? Of(value, column.Type) : $"{Null}"));

    /// <summary>What <see cref="SqlHash"/> adds up.</summary>
    internal static long Hash(string text) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Sql(string name, string type) => type switch
    {
        "int2" or "int4" or "int8" or "numeric" or "float4" or "float8" => $"trim_scale({name}::numeric)::text",
        "timestamptz" => $"(extract(epoch FROM {name}) * 1000000)::bigint::text",
        _ => $"{name}::text",
    };

    private static string Of(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Null => $"{Null}",
        // What is no number that a column could hold is another text than any of them.
        JsonValueKind.Number => decimal.TryParse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number.ToString("0.############################", CultureInfo.InvariantCulture)
            : value.GetRawText(),
        JsonValueKind.String when type == "timestamptz" && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) =>
            ((time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture),
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ChangeStream;

namespace Platform.Realtime.Publishing;

/// <summary>What clients are told of a row: a JSON object with its <c>type</c>, its <c>id</c> and the columns that were chosen.</summary>
internal static class EventData
{
    /// <summary>The longest message that is passed on; more does not belong into what every subscriber gets.</summary>
    internal const int MaxMessageBytes = 16 * 1024;

    private static readonly JsonWriterOptions Unindented = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="type">What it is: <c>book</c>, <c>order</c>.</param>
    /// <param name="id">Which.</param>
    /// <param name="row">Has the columns.</param>
    /// <param name="columns">Those to tell, by their names in the database; in JSON they are camelCase. What was not sent is left out.</param>
    internal static ReadOnlyMemory<byte> OfRow(string type, string id, ChangeRow row, ReadOnlySpan<string> columns)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = Begin(buffer, type, id))
        {
            foreach (var column in columns)
            {
                var ordinal = row.Table.IndexOf(column);
                if (ordinal >= 0 && row.Values[ordinal] is { Absence: ChangeAbsence.None } value)
                    Write(json, Name(column), row.Table.Columns[ordinal].Type, value.Text);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>That something about it changed which is not in its own row.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="id">Which.</param>
    /// <param name="changed">What of it; null when it is gone.</param>
    internal static ReadOnlyMemory<byte> OfPart(string type, string id, string? changed)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = Begin(buffer, type, id))
        {
            if (changed is not null)
                json.WriteString("changed", changed);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>How many copies can be bought.</summary>
    internal static ReadOnlyMemory<byte> OfStock(string variantId, long available)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = Begin(buffer, "stock", variantId))
        {
            json.WriteNumber("available", available);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>A message, when it is a JSON object of a fit size; null otherwise.</summary>
    internal static ReadOnlyMemory<byte>? OfMessage(ReadOnlyMemory<byte> content)
    {
        try
        {
            // Written anew: one line, and without what JSON allows and clients trip over.
            return content.Length <= MaxMessageBytes && JsonNode.Parse(content.Span) is JsonObject message ? JsonSerializer.SerializeToUtf8Bytes(message) : (ReadOnlyMemory<byte>?)null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static Utf8JsonWriter Begin(ArrayBufferWriter<byte> buffer, string type, string id)
    {
        var json = new Utf8JsonWriter(buffer, Unindented);
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("id", id);
        return json;
    }

    private static void Write(Utf8JsonWriter json, string name, string type, string? text)
    {
        switch (type)
        {
            case var _ when text is null:
                json.WriteNull(name);
                break;
            case "bool":
                json.WriteBoolean(name, text == "t");
                break;
            case "int2" or "int4" or "int8" or "numeric" or "float4" or "float8" when char.IsAsciiDigit(text[^1]):
                json.WritePropertyName(name);
                json.WriteRawValue(text);
                break;
            case "timestamptz" when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at):
                json.WriteString(name, at);
                break;
            default:
                json.WriteString(name, text);
                break;
        }
    }

    // In the database names are snake_case.
    private static string Name(string column) => string.Create(column.Length - column.Count('_'), column, static (name, column) =>
    {
        var at = 0;
        for (var i = 0; i < column.Length; i++)
        {
            if (column[i] != '_')
                name[at++] = i > 0 && column[i - 1] == '_' ? char.ToUpperInvariant(column[i]) : column[i];
        }
    });
}

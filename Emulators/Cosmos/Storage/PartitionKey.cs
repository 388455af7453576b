using System.Globalization;
using System.Text.Json;
using Platform.Emulators.Cosmos.Queries;

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>A value by which items belong together; two are the same when their values are, however they are written.</summary>
/// <param name="Key">The value with its kind.</param>
internal readonly record struct PartitionKey(string Key)
{
    /// <summary>Of items that do not have the property.</summary>
    internal static PartitionKey None { get; } = new("{}");

    /// <summary>The value at a path of an item.</summary>
    /// <returns>Null when it is an object or an array, which no key can be.</returns>
    internal static PartitionKey? Of(in Value value) => value.Kind switch
    {
        ValueKind.Undefined => None,
        ValueKind.Null => new("null"),
        ValueKind.Boolean => new(value.IsTrue ? "true" : "false"),
        ValueKind.Number => new(value.Number.ToString("R", CultureInfo.InvariantCulture)),
        ValueKind.String => new("\"" + value.Text),
        _ => null,
    };

    /// <summary>Reads the header's array of one value; <c>[{}]</c> is <see cref="None"/>.</summary>
    internal static bool TryParse(string? header, out PartitionKey key)
    {
        key = default;
        try
        {
            using var document = JsonDocument.Parse(header ?? "");
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() != 1)
                return false;
            var element = document.RootElement[0];
            if (element.ValueKind == JsonValueKind.Object && !element.EnumerateObject().Any())
                key = None;
            else if (Of(Value.Of(JsonSerializer.SerializeToUtf8Bytes(element))) is { } value)
                key = value;
            else
                return false;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

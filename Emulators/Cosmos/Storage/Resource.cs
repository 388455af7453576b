using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>What databases, containers and items have in common.</summary>
internal static class Resource
{
    /// <summary>Most bytes of an id, in UTF-8.</summary>
    internal const int MaxIdBytes = 1023;

    /// <summary>What the service adds to a resource, and ignores of what clients send.</summary>
    internal static readonly string[] SystemProperties = ["_rid", "_self", "_etag", "_ts", "_attachments", "_docs", "_colls", "_users", "_sprocs", "_triggers", "_udfs", "_conflicts", "_lsn"];

    /// <summary>A definition without what the service adds to it; null when it is no JSON object.</summary>
    internal static JsonObject? ParseObject(ReadOnlySpan<byte> body)
    {
        try
        {
            if (JsonNode.Parse(body) is not JsonObject json)
                return null;
            foreach (var property in SystemProperties)
                json.Remove(property);
            return json;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // An object that has a name twice is no better than none.
            return null;
        }
    }

    /// <summary>The id of a database or a container.</summary>
    /// <exception cref="CosmosException">There is none, or it cannot be one.</exception>
    internal static string RequireId(JsonObject json) =>
        ContainerDefinition.Text(json["id"]) is { } id && IsId(id) && id.Length <= 255 ? id : throw CosmosException.BadRequest(IdRule("255 characters"));

    /// <summary>Whether it can be in an address.</summary>
    internal static bool IsId(string id) => id.Length > 0 && id.IndexOfAny(['/', '\\', '?', '#']) < 0 && !id.EndsWith(' ');

    internal static string IdRule(string most) => $"id must be a string of 1 to {most} without / \\ ? # and without a space at its end.";
}

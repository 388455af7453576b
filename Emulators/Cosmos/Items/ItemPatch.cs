using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Emulators.Cosmos.Queries;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Items;

/// <summary>
/// Changes to parts of an item, each at a path (RFC 6901) as it is after those before it.
/// https://learn.microsoft.com/azure/cosmos-db/partial-document-update
/// </summary>
internal sealed class ItemPatch
{
    private const int MostOperations = 10;
    private readonly JsonArray _operations;
    private readonly ParsedQuery? _condition;

    private ItemPatch(JsonArray operations, ParsedQuery? condition) => (_operations, _condition) = (operations, condition);

    internal static ItemPatch Parse(ReadOnlyMemory<byte> body)
    {
        if (Resource.ParseObject(body.Span) is not { } json || json["operations"] is not JsonArray { Count: > 0 } operations)
            throw CosmosException.BadRequest("A patch needs operations.");
        if (operations.Count > MostOperations)
            throw CosmosException.BadRequest($"The number of patch operations can't exceed {MostOperations}.");
        try
        {
            var condition = ContainerDefinition.Text(json["condition"]);
            return new ItemPatch(operations, condition is null ? null : Parser.Parse($"SELECT VALUE 1 {condition}", new Dictionary<string, Value>(), VectorPolicy.None));
        }
        catch (QueryException e)
        {
            throw CosmosException.BadRequest($"The patch's condition is not one: {e.Message}");
        }
    }

    /// <summary>Whether the item meets the condition; true without one.</summary>
    internal bool Allows(byte[] item) => _condition is null || _condition.Rows([(item, null)]).Any();

    internal byte[] ApplyTo(byte[] item)
    {
        var json = Resource.ParseObject(item) ?? throw CosmosException.BadRequest("The item has a property twice: replace it as a whole.");
        foreach (var operation in _operations)
            Apply(json, operation);
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }

    private static void Apply(JsonObject item, JsonNode? operation)
    {
        var path = Steps(operation, "path");
        var value = operation?["value"]?.DeepClone();
        switch (ContainerDefinition.Text(operation?["op"]))
        {
            case "add":
                Put(item, path, value, isInsertion: true, mustBeThere: false);
                break;
            case "set":
                Put(item, path, value, isInsertion: false, mustBeThere: false);
                break;
            case "replace":
                Put(item, path, value, isInsertion: false, mustBeThere: true);
                break;
            case "remove":
                Remove(item, path);
                break;
            case "incr":
                Put(item, path, Sum(item, path, value), isInsertion: false, mustBeThere: false);
                break;
            case "move":
                Put(item, path, Remove(item, Steps(operation, "from")), isInsertion: true, mustBeThere: false);
                break;
            default:
                throw CosmosException.BadRequest("op must be add, set, replace, remove, incr or move.");
        }
    }

    private static void Put(JsonObject item, string[] path, JsonNode? value, bool isInsertion, bool mustBeThere)
    {
        var name = path[^1];
        switch (ParentOf(item, path))
        {
            case JsonObject parent:
                if (mustBeThere && !parent.ContainsKey(name))
                    throw Missing(path);
                parent[name] = value;
                break;
            case JsonArray parent when name == "-" && !mustBeThere:
                parent.Add(value);
                break;
            case JsonArray parent:
                var index = IndexOf(name, path);
                if (index > parent.Count || (index == parent.Count && !isInsertion))
                    throw Missing(path);
                if (isInsertion)
                    parent.Insert(index, value);
                else
                    parent[index] = value;
                break;
            default:
                throw Missing(path);
        }
    }

    private static JsonNode? Remove(JsonObject item, string[] path)
    {
        JsonNode? value;
        switch (ParentOf(item, path))
        {
            case JsonObject parent when parent.TryGetPropertyValue(path[^1], out value):
                parent.Remove(path[^1]);
                return value;
            case JsonArray parent when IndexOf(path[^1], path) is var index && index < parent.Count:
                value = parent[index];
                parent.RemoveAt(index);
                return value;
            default:
                throw Missing(path);
        }
    }

    private static JsonNode Sum(JsonObject item, string[] path, JsonNode? value)
    {
        if (value is not JsonValue more || more.GetValueKind() != JsonValueKind.Number)
            throw CosmosException.BadRequest("incr needs a number.");
        var at = ParentOf(item, path) switch
        {
            JsonObject parent => parent[path[^1]],
            JsonArray parent when IndexOf(path[^1], path) is var index && index < parent.Count => parent[index],
            _ => null,
        };
        if (at is null)
            return value;
        if (at.GetValueKind() != JsonValueKind.Number)
            throw CosmosException.BadRequest($"There is no number at /{string.Join('/', path)}.");
        return at.AsValue().TryGetValue(out long whole) && more.TryGetValue(out long wholeMore) ? whole + wholeMore : at.GetValue<double>() + more.GetValue<double>();
    }

    private static JsonNode? ParentOf(JsonObject item, string[] path)
    {
        JsonNode? at = item;
        foreach (var step in path[..^1])
        {
            at = at switch
            {
                JsonObject parent => parent[step],
                JsonArray parent when IndexOf(step, path) is var index && index < parent.Count => parent[index],
                _ => null,
            };
        }

        return at;
    }

    private static int IndexOf(string step, string[] path) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : throw Missing(path);

    private static string[] Steps(JsonNode? operation, string name) => ContainerDefinition.Text(operation?[name]) is ['/', .. { Length: > 0 } rest]
        ? [.. rest.Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]
        : throw CosmosException.BadRequest($"{name} must be a path such as /a/b.");

    private static CosmosException Missing(string[] path) => CosmosException.BadRequest($"There is nothing at /{string.Join('/', path)}.");
}

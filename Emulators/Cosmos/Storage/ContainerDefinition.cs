using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Emulators.Cosmos.Queries;

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>What was said of a container when it was made or replaced, checked.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Json">All of it, as it was sent, without system properties.</param>
/// <param name="PartitionKeyPath">Where items have their key, one name a step.</param>
/// <param name="DefaultTtl">Seconds that items live; -1 for ever unless they say otherwise; null for ever.</param>
/// <param name="Vectors">Where items have vectors.</param>
internal sealed record ContainerDefinition(string Id, string Json, string[] PartitionKeyPath, int? DefaultTtl, VectorPolicy Vectors)
{
    private const int MostDimensions = 4096;

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="CosmosException">It is not usable.</exception>
    internal static ContainerDefinition Parse(byte[] body)
    {
        if (Resource.ParseObject(body) is not { } json)
            throw CosmosException.BadRequest("The request body is no JSON object.");
        var id = Resource.RequireId(json);
        var definition = new ContainerDefinition(id, json.ToJsonString(), PathOf(json["partitionKey"]), TtlOf(json["defaultTtl"]), VectorsOf(json["vectorEmbeddingPolicy"]));
        RequireIndexes(json["indexingPolicy"], definition.Vectors);
        if (json["uniqueKeyPolicy"]?["uniqueKeys"] is JsonArray { Count: > 0 })
            throw CosmosException.NotImplemented("Unique keys are not kept by this emulator.");
        return definition;
    }

    private static string[] PathOf(JsonNode? key)
    {
        if (key?["paths"] is not JsonArray { Count: > 0 } paths)
            throw CosmosException.BadRequest("partitionKey.paths must name the property by which items belong together, such as /tenant.");
        if (paths.Count > 1 || (string?)key["kind"] is "MultiHash")
            throw CosmosException.NotImplemented("Hierarchical partition keys are not done by this emulator: their hash is not known to it.");
        return Steps(Text(paths[0])) ?? throw CosmosException.BadRequest($"partitionKey.paths[0] must be a path such as /tenant, not {paths[0]?.ToJsonString()}.");
    }

    private static int? TtlOf(JsonNode? ttl) => ttl switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out int seconds) && seconds is -1 or > 0 => seconds,
        _ => throw CosmosException.BadRequest("defaultTtl must be -1 or a positive number of seconds."),
    };

    private static VectorPolicy VectorsOf(JsonNode? policy)
    {
        if (policy?["vectorEmbeddings"] is not JsonArray embeddings)
            return VectorPolicy.None;
        return new VectorPolicy([.. embeddings.Select((embedding, n) =>
        {
            var name = $"vectorEmbeddingPolicy.vectorEmbeddings[{n}]";
            var path = Text(embedding?["path"]);
            if (Steps(path) is null)
                throw CosmosException.BadRequest($"{name}.path must be a path such as /embedding.");
            if (Text(embedding?["dataType"]) is not ("float32" or "int8" or "uint8"))
                throw CosmosException.BadRequest($"{name}.dataType must be float32, int8 or uint8.");
            if (embedding?["dimensions"] is not JsonValue number || !number.TryGetValue(out int dimensions) || dimensions is < 1 or > MostDimensions)
                throw CosmosException.BadRequest($"{name}.dimensions must be 1 to {MostDimensions}.");
            return new VectorPath(path!, dimensions, Text(embedding["distanceFunction"]) switch
            {
                "cosine" => DistanceFunction.Cosine,
                "dotproduct" => DistanceFunction.DotProduct,
                "euclidean" => DistanceFunction.Euclidean,
                _ => throw CosmosException.BadRequest($"{name}.distanceFunction must be cosine, dotproduct or euclidean."),
            });
        })]);
    }

    private static void RequireIndexes(JsonNode? policy, VectorPolicy vectors)
    {
        foreach (var index in policy?["vectorIndexes"] as JsonArray ?? [])
        {
            if (Text(index?["type"]) is not ("flat" or "quantizedFlat" or "diskANN"))
                throw CosmosException.BadRequest("The type of a vector index must be flat, quantizedFlat or diskANN.");
            if (!vectors.Paths.Any(path => path.Path == Text(index?["path"])))
                throw CosmosException.BadRequest($"There is a vector index at {Text(index?["path"])}, and no vector embedding.");
        }

        if (policy?["indexingMode"] is { } mode && Text(mode)?.ToUpperInvariant() is not ("CONSISTENT" or "NONE"))
            throw CosmosException.BadRequest("indexingPolicy.indexingMode must be consistent or none.");
    }

    internal static string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string?)value : null;

    // "/a/b" or "/\"a b\"/c".
    private static string[]? Steps(string? path)
    {
        if (path is null || !path.StartsWith('/') || path.Length == 1)
            return null;
        var steps = path[1..].Split('/').Select(step => step.Trim('"')).ToArray();
        return Array.TrueForAll(steps, step => step.Length > 0) ? steps : null;
    }
}

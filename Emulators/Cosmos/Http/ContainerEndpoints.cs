using System.Text.Json.Nodes;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>Containers, and the one range of partition keys that each has.</summary>
internal static class ContainerEndpoints
{
    internal static void MapContainers(this IEndpointRouteBuilder app)
    {
        app.MapGet("/dbs/{db}/colls", ListContainers);
        app.MapPost("/dbs/{db}/colls", CreateContainer);
        app.MapGet("/dbs/{db}/colls/{coll}", GetContainer);
        app.MapPut("/dbs/{db}/colls/{coll}", ReplaceContainer);
        app.MapDelete("/dbs/{db}/colls/{coll}", DeleteContainer);
        app.MapGet("/dbs/{db}/colls/{coll}/pkranges", GetRanges);
    }

    private static Task ListContainers(HttpContext context, Account account, string db)
    {
        var database = account.Database(db);
        var containers = database.Containers.Select(Json).ToArray<JsonNode>();
        return Answer.JsonAsync(context, 200, new JsonObject { ["_rid"] = database.ResourceId, ["_count"] = containers.Length, ["DocumentCollections"] = new JsonArray(containers) });
    }

    private static async Task CreateContainer(HttpContext context, Account account, string db)
    {
        if (context.Request.Headers.Is(Headers.IsQuery))
            throw CosmosException.NotImplemented("Queries for containers are not done by this emulator: list them.");
        var definition = ContainerDefinition.Parse(await RequestBody.ReadAsync(context));
        await AnswerAsync(context, 201, await account.CreateContainerAsync(db, definition));
    }

    private static Task GetContainer(HttpContext context, Account account, string db, string coll) => AnswerAsync(context, 200, account.Container(db, coll));

    private static async Task ReplaceContainer(HttpContext context, Account account, string db, string coll)
    {
        var definition = ContainerDefinition.Parse(await RequestBody.ReadAsync(context));
        await AnswerAsync(context, 200, await account.ReplaceContainerAsync(db, coll, definition));
    }

    private static async Task DeleteContainer(HttpContext context, Account account, string db, string coll)
    {
        await account.DeleteContainerAsync(db, coll);
        Answer.Empty(context, 204);
    }

    private static Task GetRanges(HttpContext context, Account account, string db, string coll)
    {
        // It never splits; a client that has it already must be told that nothing is new, or it asks for ever.
        const string ETag = "\"1\"";
        var container = account.Container(db, coll);
        context.Response.Headers.ETag = ETag;
        if (context.Request.Headers.IfNoneMatch == ETag)
        {
            Answer.Empty(context, 304);
            return Task.CompletedTask;
        }

        return Answer.JsonAsync(context, 200, new JsonObject
        {
            ["_rid"] = container.ResourceId,
            ["_count"] = 1,
            ["PartitionKeyRanges"] = new JsonArray(new JsonObject
            {
                ["id"] = "0",
                ["_rid"] = ResourceId.OfPartitionKeyRange(container.Database, container.Number),
                ["minInclusive"] = "",
                ["maxExclusive"] = "FF",
                ["status"] = "online",
            }),
        });
    }

    private static Task AnswerAsync(HttpContext context, int status, Container container)
    {
        var json = Json(container);
        context.Response.Headers.ETag = (string?)json["_etag"];
        return Answer.JsonAsync(context, status, json);
    }

    private static JsonObject Json(Container container)
    {
        var json = JsonNode.Parse(container.Definition.Json)!.AsObject();
        json["_rid"] = container.ResourceId;
        json["_self"] = $"dbs/{ResourceId.OfDatabase(container.Database)}/colls/{container.ResourceId}/";
        json["_etag"] = Item.ETagOf(container.ModifiedAt);
        json["_docs"] = "docs/";
        json["_ts"] = container.ModifiedAt;
        return json;
    }
}

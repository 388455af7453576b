using System.Text.Json.Nodes;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>The account and its databases.</summary>
internal static class DatabaseEndpoints
{
    internal static void MapDatabases(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", GetAccount);
        app.MapGet("/dbs", ListDatabases);
        app.MapPost("/dbs", CreateDatabase);
        app.MapGet("/dbs/{db}", GetDatabase);
        app.MapDelete("/dbs/{db}", DeleteDatabase);
        app.MapPost("/offers", QueryOffers);
    }

    // No locations: clients would go to the address in them, which is another behind a mapped port.
    private static Task GetAccount(HttpContext context) => Answer.JsonAsync(context, 200, new JsonObject
    {
        ["id"] = "emulator",
        ["_rid"] = "emulator",
        ["userConsistencyPolicy"] = new JsonObject { ["defaultConsistencyLevel"] = "Session" },
        ["queryEngineConfiguration"] = """{"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":10,"maxLogicalAndPerSqlQuery":2000,"maxLogicalOrPerSqlQuery":2000,"maxUdfRefPerSqlQuery":0,"maxInExpressionItemsCount":16000,"sqlAllowTop":true,"sqlAllowSubQuery":true,"allowNewKeywords":true}""",
    });

    private static Task ListDatabases(HttpContext context, Account account)
    {
        var databases = account.Databases.Select(Json).ToArray<JsonNode>();
        return Answer.JsonAsync(context, 200, new JsonObject { ["_rid"] = "", ["_count"] = databases.Length, ["Databases"] = new JsonArray(databases) });
    }

    private static async Task CreateDatabase(HttpContext context, Account account)
    {
        if (context.Request.Headers.Is(Headers.IsQuery))
            throw CosmosException.NotImplemented("Queries for databases are not done by this emulator: list them.");
        var json = Resource.ParseObject(await RequestBody.ReadAsync(context)) ?? throw CosmosException.BadRequest("The request body is no JSON object.");
        await Answer.JsonAsync(context, 201, Json(await account.CreateDatabaseAsync(Resource.RequireId(json))));
    }

    private static Task GetDatabase(HttpContext context, Account account, string db) => Answer.JsonAsync(context, 200, Json(account.Database(db)));

    private static async Task DeleteDatabase(HttpContext context, Account account, string db)
    {
        await account.DeleteDatabaseAsync(db);
        Answer.Empty(context, 204);
    }

    // Nothing is bought here: throughput is a setting.
    private static Task QueryOffers(HttpContext context) => Answer.JsonAsync(context, 200, new JsonObject { ["_rid"] = "", ["Offers"] = new JsonArray(), ["_count"] = 0 });

    private static JsonObject Json(Database database) => new()
    {
        ["id"] = database.Id,
        ["_rid"] = database.ResourceId,
        ["_self"] = $"dbs/{database.ResourceId}/",
        ["_etag"] = Item.ETagOf(database.Number),
        ["_colls"] = "colls/",
        ["_users"] = "users/",
        ["_ts"] = 0,
    };
}

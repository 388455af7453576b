using Platform.Emulators.Cosmos.Batches;
using Platform.Emulators.Cosmos.Items;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>Items: one at a time, and in batches.</summary>
internal static class ItemEndpoints
{
    internal static void MapItems(this IEndpointRouteBuilder app)
    {
        app.MapPost("/dbs/{db}/colls/{coll}/docs", Post);
        app.MapGet("/dbs/{db}/colls/{coll}/docs", ItemFeeds.GetAsync);
        app.MapGet("/dbs/{db}/colls/{coll}/docs/{id}", (HttpContext context, Account account, Throughput throughput, string db, string coll, string id) =>
            DoAsync(context, account, throughput, account.Container(db, coll), ItemOperationKind.Read, id));
        app.MapPut("/dbs/{db}/colls/{coll}/docs/{id}", (HttpContext context, Account account, Throughput throughput, string db, string coll, string id) =>
            DoAsync(context, account, throughput, account.Container(db, coll), ItemOperationKind.Replace, id));
        app.MapPatch("/dbs/{db}/colls/{coll}/docs/{id}", (HttpContext context, Account account, Throughput throughput, string db, string coll, string id) =>
            DoAsync(context, account, throughput, account.Container(db, coll), ItemOperationKind.Patch, id));
        app.MapDelete("/dbs/{db}/colls/{coll}/docs/{id}", (HttpContext context, Account account, Throughput throughput, string db, string coll, string id) =>
            DoAsync(context, account, throughput, account.Container(db, coll), ItemOperationKind.Delete, id));
    }

    // Five different requests have this address. A batch looks like a creation in all but one header.
    private static Task Post(HttpContext context, Account account, Throughput throughput, string db, string coll)
    {
        var headers = context.Request.Headers;
        var container = account.Container(db, coll);
        if (headers.Is(Headers.IsBatch))
            return BatchAsync(context, account, throughput, container);
        if (headers.Is(Headers.IsQueryPlan))
            return ItemQueries.PlanAsync(context, container);
        if (headers.Is(Headers.IsQuery))
            return ItemQueries.RunAsync(context, account, throughput, container);
        return DoAsync(context, account, throughput, container, headers.Is(Headers.IsUpsert) ? ItemOperationKind.Upsert : ItemOperationKind.Create, id: null);
    }

    /// <summary>The request's partition key; null when it has none.</summary>
    internal static PartitionKey? PartitionOf(HttpRequest request)
    {
        if (request.Headers.ContainsKey(Headers.StartEffectiveKey))
            throw CosmosException.NotImplemented("Ranges of hashed partition keys are not done by this emulator.");
        if ((string?)request.Headers[Headers.PartitionKey] is not { } header)
            return null;
        return PartitionKey.TryParse(header, out var key)
            ? key
            : throw CosmosException.BadRequest("x-ms-documentdb-partitionkey must be an array of one string, number, boolean, null or {}.", subStatus: 1001);
    }

    private static async Task DoAsync(HttpContext context, Account account, Throughput throughput, Container container, ItemOperationKind kind, string? id)
    {
        throughput.Require(container);
        var request = context.Request;
        var body = kind is ItemOperationKind.Read or ItemOperationKind.Delete ? [] : await RequestBody.ReadAsync(context);
        var operation = new ItemOperation(kind, PartitionOf(request), id, body, request.Headers.IfMatch, request.Headers.IfNoneMatch);
        var result = await account.ChangeAsync(container, writer => ItemOperations.Do(writer, container, operation));
        throughput.Spend(container, context, result.Charge(kind));
        Answer.Session(context, container.Lsn);
        if (result.Error is { } error)
            throw error;
        if (result.ETag is not null)
            context.Response.Headers.ETag = result.ETag;
        if (result.Json is null || (kind != ItemOperationKind.Read && request.Headers["prefer"] == "return=minimal"))
            Answer.Empty(context, result.Status);
        else
            await Answer.JsonAsync(context, result.Status, result.Json);
    }

    private static async Task BatchAsync(HttpContext context, Account account, Throughput throughput, Container container)
    {
        var operations = HybridRow.Read(await RequestBody.ReadAsync(context), PartitionOf(context.Request));
        throughput.Require(container);
        var isAtomic = context.Request.Headers.Is(Headers.IsBatchAtomic);
        var results = await account.ChangeAsync(container, writer => isAtomic
            ? ItemOperations.DoAll(writer, container, operations)
            : [.. operations.Select(operation => ItemOperations.Do(writer, container, operation))]);
        throughput.Spend(container, context, results.Select((result, at) => result.Charge(operations[at].Kind)).Sum());
        Answer.Session(context, container.Lsn);
        var answer = HybridRow.Write(results, operations, retryAfter: null);
        context.Response.StatusCode = Array.TrueForAll(results, result => result.IsSuccess || result.Status == 304) ? 200 : 207;
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }
}

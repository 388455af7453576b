using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Items;

/// <summary>Does operations on items, as the service answers them.</summary>
internal static class ItemOperations
{
    private const int Dependent = 424;

    /// <summary>Does one; what is wrong with it is in the result.</summary>
    internal static ItemResult Do(ItemWriter writer, Container container, ItemOperation operation)
    {
        try
        {
            return operation.Kind switch
            {
                ItemOperationKind.Create => Create(writer, container, operation, mayReplace: false),
                ItemOperationKind.Upsert => Create(writer, container, operation, mayReplace: true),
                ItemOperationKind.Read => Read(writer, operation),
                ItemOperationKind.Replace => Replace(writer, container, operation),
                ItemOperationKind.Patch => Patch(writer, container, operation),
                ItemOperationKind.Delete => Delete(writer, operation),
                _ => throw CosmosException.NotImplemented($"Operations of kind {(int)operation.Kind} are not done by this emulator."),
            };
        }
        catch (CosmosException e)
        {
            return new ItemResult(e.Status, e.SubStatus, Error: e);
        }
    }

    /// <summary>Does all of them, or nothing.</summary>
    internal static ItemResult[] DoAll(ItemWriter writer, Container container, IReadOnlyList<ItemOperation> operations)
    {
        var before = writer.Changes.Count;
        var results = new ItemResult[operations.Count];
        for (var at = 0; at < results.Length; at++)
        {
            results[at] = Do(writer, container, operations[at]);
            if (results[at].IsSuccess)
                continue;
            writer.Undo(before);
            var failed = results[at];
            Array.Fill(results, new ItemResult(Dependent));
            results[at] = failed;
            break;
        }

        return results;
    }

    private static ItemResult Create(ItemWriter writer, Container container, ItemOperation operation, bool mayReplace)
    {
        var item = Parse(container, operation, operation.Body);
        var before = writer.Find(item.Partition, item.Id);
        if (before is not null && !mayReplace)
            throw CosmosException.Conflict("Entity with the specified id already exists in the system.");
        if (before is not null || operation.IfMatch is not null)
            RequireMatch(before, operation);
        var after = writer.Put(item);
        return new ItemResult(before is null ? 201 : 200, ETag: after.ETag, Json: after.Json);
    }

    private static ItemResult Read(ItemWriter writer, ItemOperation operation)
    {
        var item = Find(writer, operation);
        return operation.IfNoneMatch == item.ETag ? new ItemResult(304, ETag: item.ETag) : new ItemResult(200, ETag: item.ETag, Json: item.Json);
    }

    private static ItemResult Replace(ItemWriter writer, Container container, ItemOperation operation)
    {
        var before = Find(writer, operation);
        RequireMatch(before, operation);
        var item = Parse(container, operation, operation.Body);
        if (item.Id != operation.Id)
            throw CosmosException.BadRequest($"The item has the id {item.Id}, and was to replace {operation.Id}.");
        var after = writer.Put(item);
        return new ItemResult(200, ETag: after.ETag, Json: after.Json);
    }

    private static ItemResult Patch(ItemWriter writer, Container container, ItemOperation operation)
    {
        var before = Find(writer, operation);
        RequireMatch(before, operation);
        var patch = ItemPatch.Parse(operation.Body);
        if (!patch.Allows(before.Json))
            throw new CosmosException(412, "PreconditionFailed", "The patch's condition does not hold.", subStatus: 1110);
        var item = Parse(container, operation, patch.ApplyTo(before.Json));
        if (item.Id != operation.Id)
            throw CosmosException.BadRequest("A patch cannot change the id.");
        var after = writer.Put(item);
        return new ItemResult(200, ETag: after.ETag, Json: after.Json);
    }

    private static ItemResult Delete(ItemWriter writer, ItemOperation operation)
    {
        RequireMatch(Find(writer, operation), operation);
        writer.Delete(KeyOf(operation), operation.Id!);
        return new ItemResult(204);
    }

    private static ItemWriter.Version Find(ItemWriter writer, ItemOperation operation) =>
        writer.Find(KeyOf(operation), operation.Id ?? throw CosmosException.BadRequest("The operation names no id."))
            ?? throw CosmosException.NotFound("Entity with the specified id does not exist in the system.");

    private static PartitionKey KeyOf(ItemOperation operation) =>
        operation.Partition ?? throw CosmosException.BadRequest("The request has no x-ms-documentdb-partitionkey.", subStatus: 1001);

    private static ItemJson Parse(Container container, ItemOperation operation, ReadOnlyMemory<byte> body)
    {
        var item = ItemJson.Parse(body, container.Definition);
        if (operation.Partition is { } given && given != item.Partition)
            throw CosmosException.BadRequest("PartitionKey extracted from document doesn't match the one specified in the header.", subStatus: 1001);
        return item;
    }

    private static void RequireMatch(ItemWriter.Version? item, ItemOperation operation)
    {
        if (operation.IfMatch is { } match && match != "*" && match != item?.ETag)
            throw CosmosException.PreconditionFailed("Operation cannot be performed because one of the specified precondition is not met.");
    }
}

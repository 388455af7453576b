using System.Net;
using System.Text.Json.Serialization;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics.Recommendations.Versions;

/// <summary>
/// The versions of the model. One is announced first, then all of it is written, and only then do readers turn to it: whatever
/// dies in between, what is used is whole, and what was begun is found by its announcement and removed.
/// </summary>
internal sealed class ModelStore(ModelContainers containers)
{
    private const string CurrentId = "current";

    // In base 64 under 1 MB.
    private const int PartBytes = 700_000;

    private static readonly ItemRequestOptions Quiet = new() { EnableContentResponseOnWrite = false };

    /// <summary>Which version is used.</summary>
    /// <param name="Id">Always the same.</param>
    /// <param name="Version">The version.</param>
    /// <param name="Before">The one before it, which some may still use.</param>
    /// <param name="ETag">Of what was read; null to write.</param>
    internal sealed record Pointer(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("version")] string Version,
        [property: JsonPropertyName("before")] string? Before,
        [property: JsonPropertyName("_etag"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ETag = null);

    private sealed record Part([property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("data")] byte[] Data);

    private sealed record BookVector(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("set")] string Set,
        [property: JsonPropertyName("embedding")] float[] Embedding);

    /// <summary>Which version is used; null when there is none.</summary>
    internal Task<Pointer?> CurrentAsync(CancellationToken cancellationToken) => FindAsync<Pointer>(CurrentId, cancellationToken);

    /// <summary>What is known of a version; null when there is none of that name.</summary>
    internal Task<ModelVersion?> FindAsync(string version, CancellationToken cancellationToken) => FindAsync<ModelVersion>(version, cancellationToken);

    /// <summary>The version that was trained last, whatever became of it; null when none was.</summary>
    internal async Task<ModelVersion?> LastAsync(CancellationToken cancellationToken)
    {
        try
        {
            var query = new QueryDefinition("SELECT TOP 1 * FROM c WHERE c.kind = @kind ORDER BY c.id DESC").WithParameter("@kind", ModelVersion.KindOfVersion);
            using var pages = containers.Models.GetItemQueryIterator<ModelVersion>(query);
            while (pages.HasMoreResults)
            {
                if ((await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault() is { } last)
                    return last;
            }
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // The containers are made when the first one is stored.
        }

        return null;
    }

    /// <summary>All of a version.</summary>
    /// <returns>Null when it is not there any more.</returns>
    internal async Task<RecommendationModel?> LoadAsync(string version, CancellationToken cancellationToken)
    {
        if (await FindAsync(version, cancellationToken).ConfigureAwait(false) is not { State: ModelState.Complete } found)
            return null;
        using var bytes = new MemoryStream();
        for (var part = 0; part < found.Parts; part++)
        {
            if (await FindAsync<Part>(ModelVersion.PartOf(version, part), cancellationToken).ConfigureAwait(false) is not { } read)
                return null;
            bytes.Write(read.Data);
        }

        var all = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        return ModelWeights.Checksum(all) == found.Checksum ? ModelWeights.Read(found.Description, all) : null;
    }

    /// <summary>Writes down a version that is not to be used.</summary>
    internal async Task RefuseAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        await containers.MakeAsync(version.Dimensions, cancellationToken).ConfigureAwait(false);
        await UpsertAsync(version with { State = ModelState.Refused }, version.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes all of a version, and has readers use it. Done again, it is the same; broken off, it can be done again.</summary>
    /// <param name="version">What it is.</param>
    /// <param name="model">All of it.</param>
    /// <param name="used">What was used when its training began.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns>False when another version has been put to use meanwhile, and this one is not.</returns>
    internal async Task<bool> PublishAsync(ModelVersion version, RecommendationModel model, Pointer? used, CancellationToken cancellationToken)
    {
        await containers.MakeAsync(version.Dimensions, cancellationToken).ConfigureAwait(false);
        var bytes = ModelWeights.Write(model);
        var parts = bytes.Chunk(PartBytes).ToList();
        version = version with { Parts = parts.Count, Checksum = ModelWeights.Checksum(bytes) };
        // First: of what is not announced nobody would know that it is to be removed.
        await UpsertAsync(version with { State = ModelState.Publishing }, version.Id, cancellationToken).ConfigureAwait(false);
        await WriteVectorsAsync(version.Id, model, cancellationToken).ConfigureAwait(false);
        for (var part = 0; part < parts.Count; part++)
            await UpsertAsync(new Part(ModelVersion.PartOf(version.Id, part), parts[part]), ModelVersion.PartOf(version.Id, part), cancellationToken).ConfigureAwait(false);
        await UpsertAsync(version with { State = ModelState.Complete }, version.Id, cancellationToken).ConfigureAwait(false);
        return await UseAsync(version.Id, used, cancellationToken).ConfigureAwait(false);
    }

    // If what is used is not what it was, another one was trained meanwhile, with what happened since: this one comes too late.
    private async Task<bool> UseAsync(string version, Pointer? used, CancellationToken cancellationToken)
    {
        try
        {
            var next = new Pointer(CurrentId, version, used?.Version);
            if (used is null)
                await containers.Models.CreateItemAsync(next, new PartitionKey(CurrentId), Quiet, cancellationToken).ConfigureAwait(false);
            else
                await containers.Models.ReplaceItemAsync(next, CurrentId, new PartitionKey(CurrentId), new ItemRequestOptions { IfMatchEtag = used.ETag, EnableContentResponseOnWrite = false }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (CosmosException e) when (e.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed)
        {
            // It may be this one: the answer to an earlier attempt was lost.
            return (await CurrentAsync(cancellationToken).ConfigureAwait(false))?.Version == version;
        }
    }

    private async Task WriteVectorsAsync(string version, RecommendationModel model, CancellationToken cancellationToken)
    {
        var set = ModelContainers.BooksOf(version);
        for (var from = 0; from < model.Books.Length; from += ModelContainers.MostInBatch)
        {
            var batch = containers.Vectors.CreateTransactionalBatch(new PartitionKey(set));
            foreach (var book in model.Books.AsSpan(from, Math.Min(ModelContainers.MostInBatch, model.Books.Length - from)))
                batch.UpsertItem(new BookVector(book.ToString(), set, model.ItemVector(book).ToArray()), new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false });
            await ModelContainers.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task UpsertAsync<T>(T item, string id, CancellationToken cancellationToken) =>
        await containers.Models.UpsertItemAsync(item, new PartitionKey(id), Quiet, cancellationToken).ConfigureAwait(false);

    private async Task<T?> FindAsync<T>(string id, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await containers.Models.ReadItemAsync<T>(id, new PartitionKey(id), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}

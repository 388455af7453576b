using System.Net;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>In which categories a book is, by its events.</summary>
internal sealed class BookCategories([FromKeyedServices(CosmosClients.AtOnce)] CosmosClient client, EventStoreOptions options)
{
    private sealed record Filed(string Type, Guid? Category);

    /// <summary>The book's categories; none of a book that nothing is known of.</summary>
    internal async Task<IReadOnlyList<Guid>> OfAsync(Guid book, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT c.type, c.data.category_id AS category FROM c WHERE c.type IN ('book.category-found', 'book.category-added', 'book.category-removed') ORDER BY c.position");
        List<Guid> categories = [];
        try
        {
            using var pages = client.GetContainer(options.Database, EventContainers.EventsName)
                .GetItemQueryIterator<Filed>(query, requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey($"book:{book}") });
            while (pages.HasMoreResults)
            {
                foreach (var one in await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (one.Category is not { } category)
                        continue;
                    categories.Remove(category);
                    if (one.Type != "book.category-removed")
                        categories.Add(category);
                }
            }
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // There are no events yet.
        }

        return categories;
    }
}

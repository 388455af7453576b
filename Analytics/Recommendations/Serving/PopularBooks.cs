using System.Net;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>The books of the catalogue that have been rated most often, wherever that was: what there is to recommend before anything has happened here.</summary>
/// <remarks>They change slowly, and to find them takes a query over all books: it is asked once in a while, by one request for all.</remarks>
internal sealed class PopularBooks([FromKeyedServices(CosmosClients.AtOnce)] CosmosClient client, EventStoreOptions options, TimeProvider clock) : IDisposable
{
    private const int Most = 300;
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Found? _found;

    private sealed record Found(IReadOnlyList<ScoredBook> Books, long At);

    private sealed record Rated(string Stream, long Ratings);

    public void Dispose() => _reading.Dispose();

    /// <summary>The most popular first.</summary>
    internal async Task<IReadOnlyList<ScoredBook>> FindAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } kept)
            return kept;
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Fresh() is { } read)
                return read;
            var books = await ReadAsync(cancellationToken).ConfigureAwait(false);
            // None are asked for again: the first may be on their way.
            if (books.Count > 0)
                _found = new Found(books, clock.GetTimestamp());
            return books;
        }
        finally
        {
            _reading.Release();
        }
    }

    private IReadOnlyList<ScoredBook>? Fresh() => _found is { } found && clock.GetElapsedTime(found.At) < KeptFor ? found.Books : null;

    private async Task<IReadOnlyList<ScoredBook>> ReadAsync(CancellationToken cancellationToken)
    {
        // Where none has been rated, any are better than nothing. Of a book that has been changed often there are as many events: those that follow say less.
        var query = new QueryDefinition("""
            SELECT TOP @most c.stream, c.data.ratings_count AS ratings FROM c
            WHERE c.type IN ('book.found', 'book.added', 'book.updated') AND c.data.ratings_count >= 0 ORDER BY c.data.ratings_count DESC
            """).WithParameter("@most", 2 * Most);
        List<ScoredBook> books = [];
        var seen = new HashSet<Guid>();
        try
        {
            using var pages = client.GetContainer(options.Database, EventContainers.EventsName).GetItemQueryIterator<Rated>(query);
            while (pages.HasMoreResults)
            {
                foreach (var one in await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (Guid.TryParse(one.Stream.AsSpan("book:".Length), out var book) && seen.Add(book) && books.Count < Most)
                        books.Add(new ScoredBook(book, one.Ratings));
                }
            }
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // There are no events yet.
        }

        return books;
    }
}

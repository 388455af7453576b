using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Projections.Generations;

namespace Platform.Analytics.Projections;

/// <summary>Asks the projections; while there are none yet, the answers are empty.</summary>
internal sealed class ProjectionReader(ProjectionContainers containers, GenerationStore generations, TimeProvider clock)
{
    /// <summary>What is known of a reader.</summary>
    /// <returns>Null when nothing is.</returns>
    internal Task<ReaderHistory?> HistoryAsync(Guid user, CancellationToken cancellationToken) => OrWhenThereIsNoneAsync<ReaderHistory?>(null, async generation =>
    {
        var id = user.ToString();
        HistoryDocument found = await containers.Histories(generation).ReadItemAsync<HistoryDocument>(id, new PartitionKey(id), cancellationToken: cancellationToken).ConfigureAwait(false);
        return found.Forgotten ? null : new ReaderHistory(user, found.Books.ToDictionary(entry => entry.Book), found.AsOf);
    }, cancellationToken);

    /// <summary>What is known of all readers, one after the other; it fails when another generation takes the place of the one that is read.</summary>
    internal async IAsyncEnumerable<ReaderHistory> HistoriesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var generation = await GenerationAsync(cancellationToken).ConfigureAwait(false);
        using var pages = containers.Histories(generation).GetItemQueryIterator<HistoryDocument>("SELECT * FROM c WHERE NOT IS_DEFINED(c.forgotten)");
        while (pages.HasMoreResults)
        {
            foreach (var found in await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false))
                yield return new ReaderHistory(Guid.Parse(found.User), found.Books.ToDictionary(entry => entry.Book), found.AsOf);
        }
    }

    /// <summary>Of how many readers anything is known.</summary>
    internal Task<int> CountReadersAsync(CancellationToken cancellationToken) => OrWhenThereIsNoneAsync(0, async generation =>
    {
        using var pages = containers.Histories(generation).GetItemQueryIterator<int>("SELECT VALUE COUNT(1) FROM c WHERE NOT IS_DEFINED(c.forgotten)");
        var count = 0;
        while (pages.HasMoreResults)
            count += (await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false)).Sum();
        return count;
    }, cancellationToken);

    /// <summary>What much happens with, the most first.</summary>
    /// <param name="window">How far back.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="category">Only books of it; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal Task<IReadOnlyList<TrendingBook>> TrendingAsync(TrendingWindow window, int limit, Guid? category, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var query = new QueryDefinition($"SELECT TOP @limit c.id, c.{TrendingScore.FieldOf(window)} AS score FROM c WHERE c.lastAt >= @since ORDER BY c.{TrendingScore.FieldOf(window)} DESC")
            .WithParameter("@limit", limit).WithParameter("@since", (now - TrendingScore.LengthOf(window)).ToUnixTimeSeconds());
        return OrWhenThereIsNoneAsync<IReadOnlyList<TrendingBook>>([], async generation =>
            [.. (await RowsAsync<Trending>(generation, Subjects.TrendingIn(category), query, cancellationToken).ConfigureAwait(false)).Select(row => new TrendingBook(row.Id, TrendingScore.AsOf(now, window, row.Score)))], cancellationToken);
    }

    /// <summary>What was bought together with a product, the most often first.</summary>
    /// <param name="product">The product.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal Task<IReadOnlyList<BoughtTogether>> BoughtTogetherAsync(Guid product, int limit, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT TOP @limit c.id, c.book, c.orders FROM c WHERE c.orders > 0 ORDER BY c.orders DESC").WithParameter("@limit", limit);
        return OrWhenThereIsNoneAsync<IReadOnlyList<BoughtTogether>>([], async generation =>
            [.. (await RowsAsync<Together>(generation, Subjects.TogetherWith(product), query, cancellationToken).ConfigureAwait(false)).Select(row => new BoughtTogether(row.Id, row.Book, row.Orders))], cancellationToken);
    }

    private async Task<List<T>> RowsAsync<T>(int generation, string subject, QueryDefinition query, CancellationToken cancellationToken)
    {
        List<T> found = [];
        using var pages = containers.Aggregates(generation).GetItemQueryIterator<T>(query, requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(subject) });
        while (pages.HasMoreResults)
            found.AddRange(await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false));
        return found;
    }

    private async Task<T> OrWhenThereIsNoneAsync<T>(T none, Func<int, Task<T>> read, CancellationToken cancellationToken)
    {
        var generation = await GenerationAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            try
            {
                return await read(generation).ConfigureAwait(false);
            }
            catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
            {
                // Not there, or it was when the generation was asked for, and another one has taken its place since.
                var now = await GenerationAsync(cancellationToken).ConfigureAwait(false);
                if (now == generation)
                    return none;
                generation = now;
            }
        }
    }

    // The first one is where it is before anything says so.
    private async Task<int> GenerationAsync(CancellationToken cancellationToken) =>
        (await generations.FindAsync(cancellationToken).ConfigureAwait(false) ?? GenerationState.First).Generation;

    private sealed record Trending(Guid Id, double Score);

    private sealed record Together(Guid Id, Guid Book, int Orders);
}

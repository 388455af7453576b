using Platform.Analytics.Projections;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>
/// Recommends without a model, or to whom a model has nothing to say: what is in demand in the categories of the reader's own books,
/// then what is in demand, then what most readers of the catalogue have rated.
/// </summary>
internal sealed class ColdStart(ProjectionReader projections, BookCategories categories, PopularBooks popular)
{
    /// <summary>What answers name instead of a model.</summary>
    internal const string Name = "cold-start";

    // The latest say what somebody is after now; each costs a question.
    private const int MostBooks = 5;
    private const int MostCategories = 5;

    /// <summary>For a reader, the best first.</summary>
    /// <param name="history">What the reader did, in any order.</param>
    /// <param name="known">What is not to be among them.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<IReadOnlyList<RecommendedBook>> ForAsync(IEnumerable<HistoryEntry> history, IReadOnlySet<Guid> known, int limit, CancellationToken cancellationToken)
    {
        var latest = history.Where(entry => !entry.Hidden).OrderByDescending(entry => entry.LastAt).ThenBy(entry => entry.Book).Take(MostBooks).Select(entry => entry.Book);
        var found = (await InCategoriesOfAsync(latest, known, limit, cancellationToken).ConfigureAwait(false)).ToList();
        foreach (var window in new[] { TrendingWindow.Day, TrendingWindow.Week })
        {
            if (found.Count < limit)
                Add((await projections.TrendingAsync(window, limit + known.Count, null, cancellationToken).ConfigureAwait(false)).Select(one => new ScoredBook(one.Book, one.Score)));
        }

        if (found.Count < limit)
            Add(await popular.FindAsync(cancellationToken).ConfigureAwait(false));
        return found;

        void Add(IEnumerable<ScoredBook> books)
        {
            var there = found.Select(one => one.Book).ToHashSet();
            found.AddRange(books.Where(one => !known.Contains(one.Book) && !there.Contains(one.Book)).Take(limit - found.Count).Select(one => new RecommendedBook(one.Book, one.Score, [])));
        }
    }

    /// <summary>What is in demand in the categories of books.</summary>
    /// <param name="books">The books, the first counts most.</param>
    /// <param name="known">What is not to be among them.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<IReadOnlyList<RecommendedBook>> InCategoriesOfAsync(IEnumerable<Guid> books, IReadOnlySet<Guid> known, int limit, CancellationToken cancellationToken)
    {
        List<RecommendedBook> found = [];
        foreach (var (category, book) in await LeadingToAsync(books, cancellationToken).ConfigureAwait(false))
        {
            found.AddRange((await projections.TrendingAsync(TrendingWindow.Week, limit + known.Count, category, cancellationToken).ConfigureAwait(false))
                .Where(one => !known.Contains(one.Book)).Select(one => new RecommendedBook(one.Book, one.Score, [new Reason(book, Reason.Category)])));
        }

        // In several categories it is in demand for each, and just as much.
        return [.. found.DistinctBy(one => one.Book).OrderByDescending(one => one.Score).Take(limit)];
    }

    // Of books that share a category the latest is the reason.
    private async Task<IEnumerable<(Guid Category, Guid Book)>> LeadingToAsync(IEnumerable<Guid> books, CancellationToken cancellationToken)
    {
        var all = await Task.WhenAll(books.Select(async book => (Book: book, Categories: await categories.OfAsync(book, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        return all.SelectMany(one => one.Categories.Select(category => (Category: category, one.Book))).DistinctBy(one => one.Category).Take(MostCategories);
    }
}

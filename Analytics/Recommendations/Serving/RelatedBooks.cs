using Platform.Analytics.Projections;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>Recommends books for a book, a product, or for nobody in particular.</summary>
internal sealed class RelatedBooks(ProjectionReader projections, CurrentModel current, Candidates candidates, ColdStart coldStart)
{
    /// <summary>Books that the readers of a book like: what a reader would be offered who has read that book and nothing else.</summary>
    /// <param name="book">The book; one that the model does not know stands for its categories.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<RecommendationAnswer> SimilarAsync(Guid book, int limit, CancellationToken cancellationToken)
    {
        Evidence[] evidence = [new(book, 1)];
        if (current.Model is { } model && model.UserVector(evidence) is { } vector)
        {
            var found = await candidates.NearestAsync(model.Version, vector, Parameters.Default.Candidates, cancellationToken).ConfigureAwait(false);
            var ranked = model.Rank(evidence, found.Where(one => one != book));
            return new RecommendationAnswer([.. ranked.Take(limit).Select(one => new RecommendedBook(one.Book, one.Score, [new Reason(book, Reason.Similar)]))], model.Version, null);
        }

        var instead = await coldStart.InCategoriesOfAsync([book], new HashSet<Guid> { book }, limit, cancellationToken).ConfigureAwait(false);
        return new RecommendationAnswer(instead, ColdStart.Name, null);
    }

    /// <summary>Books whose products were ordered with a product, the most often first.</summary>
    /// <param name="product">The product.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<RecommendationAnswer> BoughtTogetherAsync(Guid product, int limit, CancellationToken cancellationToken)
    {
        var found = await projections.BoughtTogetherAsync(product, limit, cancellationToken).ConfigureAwait(false);
        // A book may be sold as several products.
        return new RecommendationAnswer([.. found.DistinctBy(one => one.Book).Select(one => new RecommendedBook(one.Book, one.Count, []))], "bought-together", null);
    }

    /// <summary>Books that much happens with.</summary>
    /// <param name="window">Since when.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<RecommendationAnswer> TrendingAsync(TrendingWindow window, int limit, CancellationToken cancellationToken)
    {
        var found = await projections.TrendingAsync(window, limit, null, cancellationToken).ConfigureAwait(false);
        return new RecommendationAnswer([.. found.Select(one => new RecommendedBook(one.Book, one.Score, []))], "trending", null);
    }
}

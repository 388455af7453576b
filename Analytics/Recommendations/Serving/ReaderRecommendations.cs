using Platform.Analytics.Projections;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>
/// Recommends books to a reader, by the history as it is now: whatever is in it counts at once, since the reader's vector is a sum
/// over it. What the model cannot say, <see cref="ColdStart"/> does.
/// </summary>
internal sealed class ReaderRecommendations(ProjectionReader projections, CurrentModel current, Candidates candidates, ReaderVectors vectors, ColdStart coldStart)
{
    private const int MostReasons = 3;

    /// <summary>The best first; none that the reader has read, rated, bought, hidden or put on a shelf.</summary>
    /// <param name="user">The reader, known or not.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="diversity">See <see cref="Diversity"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<RecommendationAnswer> ForAsync(Guid user, int limit, double diversity, CancellationToken cancellationToken)
    {
        var history = await projections.HistoryAsync(user, cancellationToken).ConfigureAwait(false);
        var entries = history?.Books.Values.ToList() ?? [];
        var known = entries.Where(IsKnown).Select(entry => entry.Book).ToHashSet();
        List<RecommendedBook> items = [];
        var model = current.Model;
        if (model is not null && history is not null)
            items.AddRange(await OfModelAsync(model, history, known, limit, diversity, cancellationToken).ConfigureAwait(false));

        var name = items.Count > 0 ? model!.Version : ColdStart.Name;
        if (items.Count < limit)
        {
            known.UnionWith(items.Select(item => item.Book));
            items.AddRange(await coldStart.ForAsync(entries, known, limit - items.Count, cancellationToken).ConfigureAwait(false));
        }

        return new RecommendationAnswer(items, name, history?.AsOf);
    }

    /// <summary>Whether a reader has made up their mind about a book: it is not offered to them.</summary>
    internal static bool IsKnown(HistoryEntry entry) => entry is { Shelf: not null } or { Rating: not null } or { Bought: > 0 } or { Hidden: true };

    private async Task<IEnumerable<RecommendedBook>> OfModelAsync(
        RecommendationModel model, ReaderHistory history, HashSet<Guid> known, int limit, double diversity, CancellationToken cancellationToken)
    {
        List<Evidence> evidence = [.. history.Books.Values.Select(entry => new Evidence(entry.Book, EvidenceWeights.Of(entry))).Where(one => one.Weight > 0)];
        if (model.UserVector(evidence) is not { } vector)
            return [];

        // The search does not know what the reader knows: so many more, and enough are left.
        var searching = candidates.NearestAsync(model.Version, vector, Parameters.Default.Candidates + known.Count, cancellationToken);
        await vectors.KeepAsync(history, model.Version, vector, cancellationToken).ConfigureAwait(false);
        var found = await searching.ConfigureAwait(false);
        var chosen = Diversity.Choose(model.Rank(evidence, found.Where(book => !known.Contains(book))), limit, diversity, model);
        return chosen.Select(one => new RecommendedBook(one.Book, one.Score,
            [.. model.Because(evidence, one.Book).Take(MostReasons).Select(reason => Reason.Of(history.Books[reason.Book]))]));
    }
}

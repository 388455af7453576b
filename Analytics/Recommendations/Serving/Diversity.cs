using System.Numerics.Tensors;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>
/// Chooses books that are good and differ from each other: maximal marginal relevance (J. Carbonell and J. Goldstein, The use of
/// MMR, diversity-based reranking, SIGIR 1998), by the cosine of the books' vectors.
/// </summary>
internal static class Diversity
{
    /// <summary>The best first; each is chosen for its score and for how unlike it is to the most similar one before it.</summary>
    /// <param name="ranked">The best first.</param>
    /// <param name="count">How many.</param>
    /// <param name="diversity">0 chooses by score alone, 1 by unlikeness alone, and begins with the best one nevertheless.</param>
    /// <param name="model">Knows where books are.</param>
    internal static IReadOnlyList<ScoredBook> Choose(IReadOnlyList<ScoredBook> ranked, int count, double diversity, RecommendationModel model)
    {
        if (diversity == 0 || ranked.Count < 2)
            return [.. ranked.Take(count)];

        // Scores have no scale of their own: the best of all counts as 1, the last as 0.
        var (best, last) = (ranked[0].Score, ranked[^1].Score);
        var scale = best > last ? 1 / (best - last) : 0;
        var left = Enumerable.Range(0, ranked.Count).ToList();
        var nearest = new double[ranked.Count];
        List<ScoredBook> chosen = [];
        while (chosen.Count < count && left.Count > 0)
        {
            // Of equals the one that ranks first: the list is in that order, and MaxBy keeps the first.
            var next = left.MaxBy(one => ((1 - diversity) * (ranked[one].Score - last) * scale) - (diversity * nearest[one]));
            next = chosen.Count == 0 ? 0 : next;
            left.Remove(next);
            chosen.Add(ranked[next]);
            foreach (var one in left)
                nearest[one] = Math.Max(nearest[one], Cosine(model.ItemVector(ranked[one].Book), model.ItemVector(ranked[next].Book)));
        }

        return chosen;
    }

    private static double Cosine(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        // What the model does not know is like nothing.
        if (one.IsEmpty || other.IsEmpty)
            return 0;
        var cosine = TensorPrimitives.CosineSimilarity(one, other);
        return float.IsNaN(cosine) ? 0 : cosine;
    }
}

using System.Text.Json.Serialization;

namespace Platform.Analytics.Recommendations;

/// <summary>How good a model is at offering what was set aside.</summary>
/// <param name="Recall">Of the liked books that were set aside, the part among the first 20 (of 20 at most).</param>
/// <param name="Ndcg">The same for the first 10, where the first places count more.</param>
/// <param name="Coverage">The part of all books that is offered to anybody among the first 20.</param>
/// <param name="Readers">How many readers it was asked for.</param>
internal sealed record Evaluation(
    [property: JsonPropertyName("recallAt20")] double Recall,
    [property: JsonPropertyName("ndcgAt10")] double Ndcg,
    [property: JsonPropertyName("coverageAt20")] double Coverage,
    [property: JsonPropertyName("readers")] int Readers)
{
    /// <summary>How many books are offered.</summary>
    internal const int Offered = 20;

    private const int First = 10;

    /// <summary>By what each reader was offered and what was liked; readers who liked nothing do not count.</summary>
    /// <param name="readers">Of each reader, the best first.</param>
    /// <param name="books">How many books there are.</param>
    internal static Evaluation Of<T>(IEnumerable<(IReadOnlyList<T> Offered, IReadOnlySet<T> Liked)> readers, int books)
    {
        var (recall, ndcg, count) = (0.0, 0.0, 0);
        HashSet<T> seen = [];
        foreach (var (offered, liked) in readers.Where(reader => reader.Liked.Count > 0))
        {
            count++;
            seen.UnionWith(offered.Take(Offered));
            recall += offered.Take(Offered).Count(liked.Contains) / (double)Math.Min(Offered, liked.Count);
            ndcg += offered.Take(First).Select((book, rank) => liked.Contains(book) ? Gain(rank) : 0).Sum() / Enumerable.Range(0, Math.Min(First, liked.Count)).Sum(Gain);
        }

        return new Evaluation(count == 0 ? 0 : recall / count, count == 0 ? 0 : ndcg / count, books == 0 ? 0 : seen.Count / (double)books, count);
    }

    private static double Gain(int rank) => 1 / Math.Log2(rank + 2);
}

using Platform.Analytics.Projections.Documents;

namespace Platform.Analytics.Projections;

/// <summary>
/// How much happens with a book: each event counts, the older the less, halving every quarter of the window. Kept as of a fixed
/// moment instead of now, so that a book's number changes only when something happens with it, and the order of the books is right at
/// any time (forward decay: Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009). The number is a logarithm: it grows by one each
/// half-life.
/// </summary>
internal static class TrendingScore
{
    private static readonly DateTimeOffset Landmark = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What an order counts, however many copies it is of.</summary>
    internal const double OrderWeight = 5;

    /// <summary>What something counts: most that costs most. Bad ratings make nothing trend.</summary>
    internal static double WeightOf(Counts counts) => counts.Views + counts.SearchClicks + (3 * (counts.CartAdds + counts.ShelfAdds)) + (counts.Stars >= 4 * counts.Ratings ? 3 * counts.Ratings : 0);

    /// <summary>How far back a window reaches: what nothing happened with since is not trending.</summary>
    internal static TimeSpan LengthOf(TrendingWindow window) => window switch
    {
        TrendingWindow.Hour => TimeSpan.FromHours(1),
        TrendingWindow.Day => TimeSpan.FromDays(1),
        _ => TimeSpan.FromDays(7),
    };

    /// <summary>Where a window's number is in a document.</summary>
    internal static string FieldOf(TrendingWindow window) => window switch
    {
        TrendingWindow.Hour => "hour",
        TrendingWindow.Day => "day",
        _ => "week",
    };

    /// <summary>An event added to a number.</summary>
    /// <param name="before">The number so far; null when nothing has happened yet.</param>
    /// <param name="at">When it happened; the order of events does not matter.</param>
    /// <param name="window">The number's.</param>
    /// <param name="weight">How much it counts, above 0.</param>
    internal static double Add(double? before, DateTimeOffset at, TrendingWindow window, double weight)
    {
        var one = HalfLives(at, window) + Math.Log2(weight);
        if (before is not { } sum)
            return one;
        // 2^a + 2^b, as a logarithm, without leaving the range of numbers.
        var (great, small) = sum > one ? (sum, one) : (one, sum);
        return great + Math.Log2(1 + double.Exp2(small - great));
    }

    /// <summary>A number as of a moment: 1 for a view that happens then.</summary>
    internal static double AsOf(DateTimeOffset now, TrendingWindow window, double number) => double.Exp2(number - HalfLives(now, window));

    private static double HalfLives(DateTimeOffset at, TrendingWindow window) => (at - Landmark) / (LengthOf(window) / 4);
}

using System.Globalization;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>
/// Compares what buyers were answered with what there was to sell and with the orders that there are: nothing is sold twice, an
/// answered order is there, no key makes two, no order is there that nobody asked for, and nobody is refused what was there.
/// </summary>
public static class SalesChecker
{
    /// <summary>The kinds of what it finds.</summary>
    public const string Oversold = "oversold", TwoOrders = "two orders for one key", Lost = "lost order", Nobodys = "order that nobody asked for", RefusedThere = "refused what was there";

    /// <summary>Everything that must not be.</summary>
    /// <param name="history">What buyers were answered.</param>
    /// <param name="stored">The orders of these variants in the database after the run; null when it cannot be looked into.</param>
    public static IEnumerable<Violation> Check(SalesHistory history, IReadOnlyCollection<StoredSale>? stored)
    {
        ArgumentNullException.ThrowIfNull(history);
        var byVariant = history.Attempts.ToLookup(attempt => attempt.Variant);
        return history.Attempts.Where(attempt => attempt.Outcome == SaleOutcome.Accepted).GroupBy(attempt => attempt.Key, StringComparer.Ordinal).Select(TwoOf).OfType<Violation>()
            .Concat(history.Copies.SelectMany(sold => CheckVariant(history, sold.Key, sold.Value, [.. byVariant[sold.Key]])))
            .Concat(stored is null ? [] : CheckStored(history, stored));
    }

    private static Violation? TwoOf(IGrouping<string, SaleAttempt> answers)
    {
        var first = answers.First();
        return answers.FirstOrDefault(answer => answer.Order != first.Order) is { } other
            ? new Violation(TwoOrders, $"{answers.Key} was answered with two orders.", [first.ToString(), other.ToString()])
            : null;
    }

    private static IEnumerable<Violation> CheckVariant(SalesHistory history, Guid variant, int copies, SaleAttempt[] attempts)
    {
        var there = string.Create(CultureInfo.InvariantCulture, $"0.0000 s  {copies} of {variant} are for sale");
        // The largest first: so the fewest show it.
        var kept = attempts.Where(attempt => attempt.Order is { } order && !history.GivenUp.ContainsKey(order)).DistinctBy(attempt => attempt.Order).OrderByDescending(attempt => attempt.Quantity).ToArray();
        var sum = 0;
        if (kept.TakeWhile(attempt => (sum += attempt.Quantity) - attempt.Quantity <= copies).ToArray() is var enough && sum > copies)
        {
            yield return new Violation(Oversold, string.Create(CultureInfo.InvariantCulture, $"{kept.Sum(attempt => attempt.Quantity)} of {variant} were sold, and there were {copies}."),
                [there, .. enough.OrderBy(attempt => attempt.Ended).Select(attempt => attempt.ToString())]);
        }

        // Orders that are given up only make more: whoever was refused beyond these was refused what was there.
        var takers = attempts.Where(attempt => attempt.Outcome != SaleOutcome.Refused).OrderBy(attempt => attempt.Began).DistinctBy(attempt => attempt.Key).ToArray();
        foreach (var refused in attempts.Where(attempt => attempt.Outcome == SaleOutcome.Refused))
        {
            var before = takers.Where(taker => taker.Began <= refused.Ended && taker.Key != refused.Key).ToArray();
            if (before.Sum(taker => taker.Quantity) + refused.Quantity <= copies)
            {
                yield return new Violation(RefusedThere, string.Create(CultureInfo.InvariantCulture, $"{refused.Key} was refused {refused.Quantity} of {variant}, of which {before.Sum(taker => taker.Quantity)} of {copies} can have been taken by then."),
                    [there, .. before.Select(taker => taker.ToString()), refused.ToString()]);
            }
        }
    }

    private static IEnumerable<Violation> CheckStored(SalesHistory history, IReadOnlyCollection<StoredSale> stored)
    {
        var accepted = history.Attempts.Where(attempt => attempt.Order is not null).DistinctBy(attempt => attempt.Order).ToDictionary(attempt => attempt.Order!.Value);
        var orders = stored.Select(order => order.Order).ToHashSet();
        foreach (var lost in accepted.Values.Where(attempt => !orders.Contains(attempt.Order!.Value)))
            yield return new Violation(Lost, $"Order {lost.Order} was answered, and the database has none.", [lost.ToString(), $"after the run    the database has no order {lost.Order}"]);

        // Each key without an answer may have made one.
        foreach (var variant in stored.Where(order => !accepted.ContainsKey(order.Order)).GroupBy(order => order.Variant))
        {
            var answered = history.Attempts.Where(attempt => attempt.Outcome == SaleOutcome.Accepted).Select(attempt => attempt.Key).ToHashSet(StringComparer.Ordinal);
            var open = history.Attempts.Where(attempt => attempt.Variant == variant.Key && attempt.Outcome == SaleOutcome.Unknown && !answered.Contains(attempt.Key)).DistinctBy(attempt => attempt.Key).ToArray();
            if (variant.Count() > open.Length)
            {
                yield return new Violation(Nobodys, string.Create(CultureInfo.InvariantCulture, $"{variant.Count()} orders of {variant.Key} are there that nobody was answered, and {open.Length} attempts have no answer."),
                    [.. open.Select(attempt => attempt.ToString()), .. variant.Take(open.Length + 1).Select(order => order.ToString())]);
            }
        }
    }
}

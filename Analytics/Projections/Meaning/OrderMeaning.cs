using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Projections.Facts;
using Platform.Analytics.Projections.Feed;

namespace Platform.Analytics.Projections.Meaning;

/// <summary>
/// Orders count once they are paid: one that was cancelled or expired never did. One that is paid back counts as a refund in the window
/// in which that happens, and its copies are not bought any more.
/// </summary>
internal static class OrderMeaning
{
    private static readonly HashSet<string> PaidStates = new(StringComparer.Ordinal) { "paid", "shipped", "delivered" };

    internal static void Add(FeedRow row, PageFacts facts, Contributions contributions)
    {
        if (row.Entity is not { } id)
            return;
        var before = facts.Orders.Of(id) ?? OrderFacts.None;
        var after = row.Type switch
        {
            "order.added" or "order.updated" or "order.found" when row.Text("status") is { } status =>
                before with { User = row.Id("user_id"), Currency = row.Text("currency") ?? "", IsPaid = PaidStates.Contains(status) },
            "order.item-added" or "order.item-found" when row.Number("line") is { } line && row.Id("product_id") is { } product && row.Number("quantity") is { } quantity =>
                before with { Lines = new Dictionary<int, OrderLine>(before.Lines) { [line] = new(product, quantity, row.Amount("unit_price") ?? 0) } },
            _ => before,
        };
        if (before == after)
            return;
        facts.Orders.Learn(id, after);

        var wasBought = OrderContent.Of(before, facts);
        var isBought = OrderContent.Of(after, facts);
        NoteBought(after.User, wasBought, isBought, row, contributions);
        CountTogether(wasBought, isBought, contributions);
        // What a first look at the database has found did not happen in any window that was watched.
        if (!row.Type.EndsWith("found", StringComparison.Ordinal))
            CountSold(wasBought, isBought, after.Currency, row, contributions);
    }

    private static void NoteBought(Guid? user, OrderContent before, OrderContent after, FeedRow row, Contributions contributions)
    {
        if (user is not { } buyer)
            return;
        foreach (var book in before.CopiesOfBooks.Keys.Union(after.CopiesOfBooks.Keys))
        {
            var more = after.CopiesOfBooks.GetValueOrDefault(book) - before.CopiesOfBooks.GetValueOrDefault(book);
            if (more != 0)
                contributions.Note(buyer, book, row.At, row, entry => entry with { Bought = entry.Bought + more });
        }
    }

    private static void CountTogether(OrderContent before, OrderContent after, Contributions contributions)
    {
        foreach (var pair in before.Pairs.Keys.Union(after.Pairs.Keys))
        {
            var more = (after.Pairs.ContainsKey(pair) ? 1 : 0) - (before.Pairs.ContainsKey(pair) ? 1 : 0);
            var book = after.Pairs.GetValueOrDefault(pair) ?? before.Pairs.GetValueOrDefault(pair);
            if (more != 0)
            {
                contributions.Together.Add(Subjects.TogetherWith(pair.Product), pair.With.ToString(), document =>
                {
                    document.Orders += more;
                    document.Book = book ?? document.Book;
                });
            }
        }
    }

    private static void CountSold(OrderContent before, OrderContent after, string currency, FeedRow row, Contributions contributions)
    {
        foreach (var subject in before.Sold.Keys.Union(after.Sold.Keys, StringComparer.Ordinal))
        {
            var (was, now) = (before.Sold.GetValueOrDefault(subject), after.Sold.GetValueOrDefault(subject));
            var amount = new Dictionary<string, decimal>(StringComparer.Ordinal) { [currency] = Math.Abs(now.Amount - was.Amount) };
            if (now.Quantity > was.Quantity)
                contributions.Count(subject, row.At, new Counts { Orders = was.Quantity == 0 ? 1 : 0, Quantity = now.Quantity - was.Quantity, Revenue = amount });
            else if (now.Quantity < was.Quantity)
                contributions.Count(subject, row.At, new Counts { Refunds = now.Quantity == 0 ? 1 : 0, Refunded = amount });
        }

        foreach (var (book, categories) in after.Books)
        {
            if (!before.Books.ContainsKey(book))
                contributions.Trend(book, categories, row.At, TrendingScore.OrderWeight);
        }
    }
}

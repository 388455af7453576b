using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Projections.Facts;
using Platform.Analytics.Projections.Feed;

namespace Platform.Analytics.Projections.Meaning;

/// <summary>What people did with a book; who, is known of those who were logged in.</summary>
internal static class InteractionMeaning
{
    internal static void Add(FeedRow row, PageFacts facts, Contributions contributions)
    {
        if (row.Id("book_id") is not { } book)
            return;
        var (counts, change) = row.Type switch
        {
            "interaction.view" => (new Counts { Views = 1 }, entry => entry with { Views = entry.Views + 1 }),
            "interaction.search-click" => (new Counts { SearchClicks = 1 }, entry => entry with { SearchClicks = entry.SearchClicks + 1 }),
            "interaction.cart-add" => (new Counts { CartAdds = 1 }, entry => entry with { CartAdds = entry.CartAdds + 1 }),
            "interaction.shelf-add" => (new Counts { ShelfAdds = 1 }, entry => entry with { Shelf = row.Text("shelf") ?? entry.Shelf }),
            "interaction.hide" => (Counts.None, entry => entry with { Hidden = true }),
            _ => (Counts.None, (Func<HistoryEntry, HistoryEntry>?)null),
        };
        if (change is null)
            return;
        if (row.Id("user_id") is { } user)
            contributions.Note(user, book, row.At, row, change);
        if (counts == Counts.None)
            return;

        var categories = facts.CategoriesOf(book);
        contributions.Count(Subjects.Book(book), row.At, counts);
        if (row.Id("product_id") is { } product)
        {
            contributions.Count(Subjects.Product(product), row.At, counts);
            categories = facts.CategoriesOf(book, product);
        }

        foreach (var category in categories)
            contributions.Count(Subjects.Category(category), row.At, counts);
        contributions.Trend(book, categories, row.At, TrendingScore.WeightOf(counts));
    }
}

using Platform.Analytics.Projections.Facts;
using Platform.Analytics.Projections.Feed;

namespace Platform.Analytics.Projections.Meaning;

/// <summary>Which book a product sells, and which categories they are in: from then on, what happens with the one counts for the other.</summary>
internal static class CatalogMeaning
{
    internal static void Add(FeedRow row, PageFacts facts)
    {
        if (row.Entity is not { } id)
            return;
        switch (row.Type)
        {
            case "product.added" or "product.updated" or "product.found" when row.Id("book_id") is { } book:
                facts.Products.Learn(id, new ProductFacts(book, row.Id("category_id")));
                break;
            case "book.category-added" or "book.category-found" when row.Id("category_id") is { } category:
                facts.Books.Learn(id, new BookFacts([.. Categories().Append(category).Distinct()]));
                break;
            case "book.category-removed" when row.Id("category_id") is { } category:
                facts.Books.Learn(id, new BookFacts([.. Categories().Where(one => one != category)]));
                break;
            default:
                break;
        }

        IEnumerable<Guid> Categories() => facts.Books.Of(id)?.Categories ?? [];
    }
}

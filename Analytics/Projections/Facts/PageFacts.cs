using Microsoft.Azure.Cosmos;
using Platform.Analytics.Projections.Feed;

namespace Platform.Analytics.Projections.Facts;

/// <summary>What has to be known to understand a page of events.</summary>
internal sealed class PageFacts(Container aggregates)
{
    internal FactsTable<OrderFacts> Orders { get; } = new(aggregates, Subjects.Order);

    internal FactsTable<ProductFacts> Products { get; } = new(aggregates, Subjects.Product);

    internal FactsTable<BookFacts> Books { get; } = new(aggregates, Subjects.Book);

    /// <summary>Asks for all that events may need: orders, their products, and the books of those.</summary>
    internal async Task LoadAsync(IReadOnlyList<FeedRow> rows, long page, CancellationToken cancellationToken)
    {
        var orders = rows.Where(row => row.IsOf("order")).Select(row => row.Entity).OfType<Guid>().ToHashSet();
        await Orders.LoadAsync(orders, page, cancellationToken).ConfigureAwait(false);

        var products = rows.Select(row => row.IsOf("product") ? row.Entity : row.Id("product_id")).OfType<Guid>()
            .Concat(orders.SelectMany(order => Orders.Of(order)?.Lines.Values.Select(line => line.Product) ?? [])).ToHashSet();
        await Products.LoadAsync(products, page, cancellationToken).ConfigureAwait(false);

        var books = rows.Select(row => row.IsOf("book") ? row.Entity : row.Id("book_id")).OfType<Guid>()
            .Concat(products.Select(product => Products.Of(product)?.Book).OfType<Guid>());
        await Books.LoadAsync(books, page, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The categories of a book, and of the product by which it is meant.</summary>
    internal IReadOnlyList<Guid> CategoriesOf(Guid book, Guid? product = null)
    {
        var categories = Books.Of(book)?.Categories ?? [];
        return product is { } one && Products.Of(one)?.Category is { } category && !categories.Contains(category) ? [.. categories, category] : categories;
    }

    /// <summary>Stores what was learned of a page.</summary>
    internal async Task WriteAsync(long page, CancellationToken cancellationToken)
    {
        await Orders.WriteAsync(page, cancellationToken).ConfigureAwait(false);
        await Products.WriteAsync(page, cancellationToken).ConfigureAwait(false);
        await Books.WriteAsync(page, cancellationToken).ConfigureAwait(false);
    }
}

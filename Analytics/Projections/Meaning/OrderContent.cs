using Platform.Analytics.Projections.Facts;

namespace Platform.Analytics.Projections.Meaning;

/// <summary>What is bought with an order, as far as it is paid.</summary>
internal sealed class OrderContent
{
    // Pairs grow with the square of the products; who orders more than these is stocking shelves.
    private const int MostPaired = 20;

    private static readonly OrderContent Nothing = new();

    /// <summary>Copies and what they cost, by subject: products, books, categories.</summary>
    internal Dictionary<string, (int Quantity, decimal Amount)> Sold { get; } = new(StringComparer.Ordinal);

    /// <summary>The books, with their categories.</summary>
    internal Dictionary<Guid, IReadOnlyList<Guid>> Books { get; } = [];

    internal Dictionary<Guid, int> CopiesOfBooks { get; } = [];

    /// <summary>Each product with each other one, whose book it is.</summary>
    internal Dictionary<(Guid Product, Guid With), Guid?> Pairs { get; } = [];

    internal static OrderContent Of(OrderFacts order, PageFacts facts)
    {
        if (!order.IsPaid)
            return Nothing;
        var content = new OrderContent();
        foreach (var line in order.Lines.Values)
        {
            content.Sell(Subjects.Product(line.Product), line);
            var product = facts.Products.Of(line.Product);
            if (product is null)
                continue;
            content.Sell(Subjects.Book(product.Book), line);
            content.CopiesOfBooks[product.Book] = content.CopiesOfBooks.GetValueOrDefault(product.Book) + line.Quantity;
            var categories = facts.CategoriesOf(product.Book, line.Product);
            content.Books[product.Book] = [.. content.Books.GetValueOrDefault(product.Book, []).Union(categories)];
            foreach (var category in categories)
                content.Sell(Subjects.Category(category), line);
        }

        var products = order.Lines.OrderBy(line => line.Key).Select(line => line.Value.Product).Distinct().Take(MostPaired).ToList();
        foreach (var (product, with) in products.SelectMany(_ => products, (product, with) => (product, with)).Where(pair => pair.product != pair.with))
            content.Pairs[(product, with)] = facts.Products.Of(with)?.Book;
        return content;
    }

    private void Sell(string subject, OrderLine line)
    {
        var (quantity, amount) = Sold.GetValueOrDefault(subject);
        Sold[subject] = (quantity + line.Quantity, amount + (line.Quantity * line.Price));
    }
}

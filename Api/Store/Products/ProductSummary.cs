using System.ComponentModel;
using System.Linq.Expressions;

namespace Platform.Api.Store.Products;

/// <summary>A product as lists show it.</summary>
internal sealed record ProductSummary(
    Guid Id,
    [property: Description("The book in the catalogue.")] Guid BookId,
    [property: Description("Its name in addresses.")] string Slug,
    string Title,
    [property: Description("A category of the catalogue.")] Guid? CategoryId,
    [property: Description("What can be bought, cheapest first.")] IReadOnlyList<ProductSummary.Offer> Offers,
    string? ImageUrl)
{
    internal sealed record Offer(string Format, decimal Price, [property: Description("ISO 4217.")] string Currency);

    /// <summary>The projection of a list query: one statement, however many variants.</summary>
    internal static readonly Expression<Func<Product, ProductSummary>> FromProduct = p => new ProductSummary(
        p.Id, p.BookId, p.Slug, p.Title, p.CategoryId,
        p.Variants.Where(v => v.IsActive).OrderBy(v => v.Price).ThenBy(v => v.Id).Select(v => new Offer(StoreEnums.Text(v.Format), v.Price, v.Currency)).ToList(),
        p.Images.OrderBy(i => i.Position).ThenBy(i => i.Id).Select(i => i.Url).FirstOrDefault());
}

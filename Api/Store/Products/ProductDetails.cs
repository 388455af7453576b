using System.ComponentModel;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Store.Products;

/// <summary>A product with all that can be bought of it. What is in stock is asked apart: it changes with every order, this seldom.</summary>
internal sealed record ProductDetails(
    Guid Id,
    [property: Description("The book in the catalogue.")] Guid BookId,
    [property: Description("Its name in addresses.")] string Slug,
    string Title,
    string? Description,
    [property: Description("A category of the catalogue.")] Guid? CategoryId,
    [property: Description("`draft` only staff see, `active` is on sale, `retired` no longer.")] string Status,
    [property: Description("What is sold, by format and price.")] IReadOnlyList<ProductDetails.Variant> Variants,
    IReadOnlyList<ProductDetails.Image> Images)
{
    internal sealed record Variant(
        Guid Id, string Format,
        [property: Description("The shop's own number of it.")] string Sku,
        [property: Description("Two decimals.")] decimal Price,
        [property: Description("ISO 4217.")] string Currency,
        [property: Description("Whether it can be bought, when the product can.")] bool IsActive);

    internal sealed record Image(string Url, string Alt);

    private static readonly Expression<Func<Product, ProductDetails>> FromProduct = p => new ProductDetails(
        p.Id, p.BookId, p.Slug, p.Title, p.Description, p.CategoryId, StoreEnums.Text(p.Status),
        p.Variants.OrderBy(v => v.Format).ThenBy(v => v.Price).ThenBy(v => v.Id)
            .Select(v => new Variant(v.Id, StoreEnums.Text(v.Format), v.Sku, v.Price, v.Currency, v.IsActive)).ToList(),
        p.Images.OrderBy(i => i.Position).ThenBy(i => i.Id).Select(i => new Image(i.Url, i.Alt)).ToList());

    /// <summary>Reads one, whatever its status.</summary>
    internal static Task<ProductDetails?> FindAsync(PlatformDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.Products.AsNoTracking().Where(p => p.Id == id).AsSingleQuery().Select(FromProduct).SingleOrDefaultAsync(cancellationToken);

    /// <summary>Whether those who are not staff may see it.</summary>
    internal bool IsPublic => Status != StoreEnums.Text(ProductStatus.Draft);
}

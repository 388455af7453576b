using System.ComponentModel;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Store.Products;

namespace Platform.Api.Store.Carts;

/// <summary>A cart with the prices and the stock of this moment.</summary>
internal sealed record CartDetails(
    [property: Description("By title and format.")] IReadOnlyList<CartDetails.Item> Items,
    [property: Description("What the items that are sold cost, for each currency among them. A checkout takes one currency.")] IReadOnlyList<CartDetails.Total> Totals)
{
    internal static readonly CartDetails Empty = new([], []);

    internal sealed record Item(
        Guid VariantId, Guid ProductId,
        [property: Description("The product's name in addresses.")] string Slug,
        string Title, string Format, string Sku,
        [property: Description("1 to 99.")] int Quantity,
        [property: Description("As of now; the checkout's counts.")] decimal UnitPrice,
        [property: Description("ISO 4217.")] string Currency,
        [property: Description("Whether it can be bought at all; if not, remove it before the checkout.")] bool IsSold,
        [property: Description("Copies that could be bought now, perhaps fewer than are wanted.")] int Available);

    internal sealed record Total(string Currency, decimal Amount);

    /// <summary>Reads a cart in one statement; one that does not exist is empty.</summary>
    internal static async Task<CartDetails> ReadAsync(IQueryable<Cart> cart, PlatformDbContext db, CancellationToken cancellationToken)
    {
        var items = await (
            from c in cart
            join i in db.CartItems on c.Id equals i.CartId
            join v in db.ProductVariants on i.VariantId equals v.Id
            join p in db.Products on v.ProductId equals p.Id
            join s in db.Inventory on v.Id equals s.VariantId
            orderby p.Title, v.Format, v.Id
            let isSold = v.IsActive && p.Status == ProductStatus.Active
            select new Item(v.Id, p.Id, p.Slug, p.Title, StoreEnums.Text(v.Format), v.Sku, i.Quantity, v.Price, v.Currency, isSold,
                isSold ? s.OnHand - s.Reserved : 0)).ToListAsync(cancellationToken);
        var totals = items.Where(i => i.IsSold).GroupBy(i => i.Currency, i => i.Quantity * i.UnitPrice, (currency, amounts) => new Total(currency, amounts.Sum()));
        return new CartDetails(items, [.. totals.OrderBy(t => t.Currency, StringComparer.Ordinal)]);
    }
}

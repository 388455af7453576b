using System.ComponentModel;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Store.Orders;

/// <summary>An order as its owner and staff see it.</summary>
internal sealed record OrderDetails(
    Guid Id,
    [property: Description("`pending` until it is paid, then `paid`, `shipped`, `delivered`; or `cancelled`, `expired`, `refunded`.")] string Status,
    [property: Description("ISO 4217, of all amounts.")] string Currency,
    [property: Description("The sum of the lines, two decimals.")] decimal Total,
    IReadOnlyList<OrderDetails.Item> Items,
    [property: Description("As it was at checkout.")] OrderDetails.Address ShippingAddress,
    DateTimeOffset CreatedAt,
    [property: Description("Until then it can be paid; its copies are held no longer.")] DateTimeOffset ReservedUntil,
    DateTimeOffset? PaidAt,
    DateTimeOffset? ShippedAt,
    DateTimeOffset? DeliveredAt,
    [property: Description("When it was cancelled, refunded or expired.")] DateTimeOffset? ClosedAt,
    [property: Description("What was asked of the payment provider, oldest first.")] IReadOnlyList<OrderDetails.Charge> Payments)
{
    internal sealed record Item(
        Guid VariantId, Guid ProductId, string Title, string Sku, [property: Description("Of the checkout, whatever it costs later.")] decimal UnitPrice, int Quantity);

    internal sealed record Address(string Name, string Line1, string? Line2, string City, string? Region, string? PostalCode, string Country, string? Phone);

    internal sealed record Charge(
        Guid Id, [property: Description("`charge` or `refund`.")] string Kind,
        [property: Description("`requested` while the provider's answer is not known, then `succeeded` or `refused`.")] string Status,
        decimal Amount, [property: Description("What the provider said against it.")] string? Refusal, DateTimeOffset CreatedAt, DateTimeOffset? SettledAt);

    /// <summary>Reads one, if the running transaction may see it.</summary>
    internal static async Task<OrderDetails?> FindAsync(PlatformDbContext db, Guid id, CancellationToken cancellationToken) =>
        await db.Orders.AsNoTracking().AsSingleQuery().Include(o => o.Items).Include(o => o.Payments).SingleOrDefaultAsync(o => o.Id == id, cancellationToken) is { } order
            ? Of(order)
            : null;

    /// <summary>Of an order with its items and payments.</summary>
    internal static OrderDetails Of(Order order) => new(
        order.Id, StoreEnums.Text(order.Status), order.Currency, order.Total,
        [.. order.Items.OrderBy(i => i.Line).Select(i => new Item(i.VariantId, i.ProductId, i.Title, i.Sku, i.UnitPrice, i.Quantity))],
        JsonSerializer.Deserialize<Address>(order.ShippingAddress, JsonSerializerOptions.Web)!,
        order.CreatedAt, order.ReservedUntil, order.PaidAt, order.ShippedAt, order.DeliveredAt, order.ClosedAt,
        [.. order.Payments.OrderBy(p => p.Id).Select(p => new Charge(p.Id, StoreEnums.Text(p.Kind), StoreEnums.Text(p.Status), p.Amount, p.Refusal, p.CreatedAt, p.SettledAt))]);
}

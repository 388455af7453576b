using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.Api.Identity;

namespace Platform.Api.Store.Orders;

/// <summary>
/// Makes an order of a cart or of given items: all of it or nothing, in one transaction of six statements, the first of which
/// says who acts (<see cref="RowSecurity"/>) and the last of which keeps the answer (<see cref="Idempotency"/>).
/// </summary>
internal sealed class Checkout(PlatformDbContext db, StoreSettings settings, OrderTelemetry telemetry, TimeProvider clock)
{
    private const decimal MaxTotal = 9_999_999_999.99m;

    /// <summary>Copies of a variant that somebody wants, and what is to be known of it now.</summary>
    private sealed record Line(Guid VariantId, int Quantity, Guid? ProductId, string? Title, string? Sku, decimal? Price, string? Currency, bool IsSold, int Available, string? Address);

    private sealed record Stock(Guid VariantId, int Available);

    /// <summary>A variant of which there is not enough.</summary>
    internal sealed record Shortage(Guid VariantId, string Sku, int Wanted, int Available);

    internal async Task<Results<KeptAnswer, ProblemHttpResult>> PlaceAsync(
        CurrentUser user, CheckoutRequest request, Idempotency once, CancellationToken cancellationToken)
    {
        var now = clock.GetStorableNow();
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        if (await once.FindAnswerAsync(db, now, cancellationToken) is { } given)
        {
            return given;
        }

        var lines = await ReadLinesAsync(user, request, cancellationToken);
        if (Refuse(lines, request) is { } refusal)
        {
            return refusal;
        }

        // When a copy is sought by many, all but the first few find it gone here, and do not queue for its row to be told so.
        if (Missing(lines, variant => lines.Find(l => l.VariantId == variant)!.Available) is { Count: > 0 } gone)
        {
            return Short(gone, request);
        }

        var order = new Order
        {
            Id = Guid.CreateVersion7(now), UserId = user.Id, Status = OrderStatus.Pending, Currency = lines[0].Currency!, Total = lines.Sum(l => l.Price!.Value * l.Quantity),
            ShippingAddress = lines[0].Address!, CreatedAt = now, ReservedUntil = now + settings.ReservationTime,
        };
        if (order.Total > MaxTotal)
        {
            telemetry.Refused(CheckoutRefusal.Total);
            return Problems.Conflict(FieldOf(request), $"An order is of at most {MaxTotal} in all.");
        }

        order.Items.AddRange(lines.Select((l, i) => new OrderItem
        {
            OrderId = order.Id, Line = i + 1, VariantId = l.VariantId, ProductId = l.ProductId!.Value, Title = l.Title!, Sku = l.Sku!, UnitPrice = l.Price!.Value, Quantity = l.Quantity,
        }));
        var stock = await ReserveAsync(order, cancellationToken);
        if (Missing(lines, variant => stock.Find(s => s.VariantId == variant)?.Available ?? 0) is { Count: > 0 } missing)
        {
            return Short(missing, request);
        }

        await AddItemsAsync(order, isCart: request.Items is null, cancellationToken);
        var answer = await once.KeepAnswerAsync(db, OrderDetails.Of(order), $"/api/v1/orders/{order.Id}", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        telemetry.Placed();
        telemetry.SoldOut(lines.Count(line => stock.Find(s => s.VariantId == line.VariantId)?.Available == line.Quantity));
        return answer;
    }

    // The cart and its rows are held: two checkouts of one cart come one after the other, and the second finds it empty. The
    // cart first, as by those who write it: locking rows alone, the two could each wait for the other.
    private Task<List<Line>> ReadLinesAsync(CurrentUser user, CheckoutRequest request, CancellationToken cancellationToken)
    {
        var isCart = request.Items is null;
        var variants = request.Items?.Select(i => i.VariantId!.Value).ToArray() ?? [];
        var quantities = request.Items?.Select(i => i.Quantity!.Value).ToArray() ?? [];
        return db.Database.SqlQuery<Line>($"""
            WITH cart AS MATERIALIZED (
                SELECT i.variant_id, i.quantity
                  FROM store.carts c
                  JOIN store.cart_items i ON i.cart_id = c.id
                 WHERE {isCart} AND c.user_id = {user.Id}
                 ORDER BY i.variant_id
                   FOR UPDATE OF c, i),
            wanted AS (
                SELECT variant_id, quantity, 0 AS line FROM cart
                UNION ALL
                SELECT variant_id, quantity, line FROM unnest({variants}, {quantities}) WITH ORDINALITY AS i (variant_id, quantity, line))
            SELECT w.variant_id AS "VariantId", w.quantity, p.id AS "ProductId", p.title, v.sku, v.price, v.currency,
                   coalesce(v.is_active AND p.status = 'active', false) AS "IsSold",
                   coalesce((SELECT s.on_hand - s.reserved FROM store.inventory s WHERE s.variant_id = w.variant_id), 0) AS available,
                   (SELECT jsonb_build_object('name', a.name, 'line1', a.line1, 'line2', a.line2, 'city', a.city, 'region', a.region,
                                              'postalCode', a.postal_code, 'country', a.country, 'phone', a.phone)::text
                      FROM identity.addresses a WHERE a.id = {request.AddressId} AND a.user_id = {user.Id}) AS address
              FROM wanted w
              LEFT JOIN store.product_variants v ON v.id = w.variant_id
              LEFT JOIN store.products p ON p.id = v.product_id
             ORDER BY w.line, w.variant_id
            """).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Holds the stock of all variants, and only when there is enough of each takes from it and writes the order.
    /// </summary>
    /// <returns>How many there were of each variant; it is held until the transaction ends, so that the number is no guess.</returns>
    /// <remarks>
    /// The rows are locked in the order of their ids, as by everybody who locks several: so nobody waits in a circle. What is
    /// compared is what a locked row holds, not what the statement saw when it began.
    /// </remarks>
    private Task<List<Stock>> ReserveAsync(Order order, CancellationToken cancellationToken)
    {
        var variants = order.Items.Select(i => i.VariantId).ToArray();
        var quantities = order.Items.Select(i => i.Quantity).ToArray();
        return db.Database.SqlQuery<Stock>($"""
            WITH stock AS MATERIALIZED (
                SELECT s.variant_id, w.quantity, s.on_hand - s.reserved AS available
                  FROM unnest({variants}, {quantities}) AS w (variant_id, quantity)
                  JOIN store.inventory s ON s.variant_id = w.variant_id
                 ORDER BY s.variant_id
                   FOR NO KEY UPDATE OF s),
            decided AS (
                SELECT variant_id, quantity, bool_and(available >= quantity) OVER () AND count(*) OVER () = {variants.Length} AS is_enough FROM stock),
            reserved AS (
                UPDATE store.inventory s SET reserved = s.reserved + d.quantity FROM decided d WHERE s.variant_id = d.variant_id AND d.is_enough),
            placed AS (
                INSERT INTO store.orders (id, user_id, status, currency, total, shipping_address, created_at, reserved_until)
                SELECT {order.Id}, {order.UserId}, 'pending', {order.Currency}, {order.Total}, {order.ShippingAddress}::jsonb, {order.CreatedAt}, {order.ReservedUntil}
                 WHERE (SELECT bool_and(is_enough) FROM decided))
            SELECT variant_id AS "VariantId", available FROM stock
            """).ToListAsync(cancellationToken);
    }

    private Task<int> AddItemsAsync(Order order, bool isCart, CancellationToken cancellationToken)
    {
        var variants = order.Items.Select(i => i.VariantId).ToArray();
        var products = order.Items.Select(i => i.ProductId).ToArray();
        var titles = order.Items.Select(i => i.Title).ToArray();
        var skus = order.Items.Select(i => i.Sku).ToArray();
        var prices = order.Items.Select(i => i.UnitPrice).ToArray();
        var quantities = order.Items.Select(i => i.Quantity).ToArray();
        return db.Database.ExecuteSqlAsync($"""
            WITH emptied AS (
                DELETE FROM store.cart_items i USING store.carts c
                 WHERE {isCart} AND c.user_id = {order.UserId} AND i.cart_id = c.id AND i.variant_id = ANY({variants}))
            INSERT INTO store.order_items (order_id, line, variant_id, product_id, title, sku, unit_price, quantity)
            SELECT {order.Id}, line, variant_id, product_id, title, sku, unit_price, quantity
              FROM unnest({variants}, {products}, {titles}, {skus}, {prices}, {quantities})
                   WITH ORDINALITY AS i (variant_id, product_id, title, sku, unit_price, quantity, line)
            """, cancellationToken);
    }

    // 409: each could be right another time.
    private ProblemHttpResult? Refuse(List<Line> lines, CheckoutRequest request)
    {
        if (lines.Count == 0)
        {
            return Refused(CheckoutRefusal.Cart, Problems.Conflict("cart", "The cart is empty."));
        }

        if (lines[0].Address is null)
        {
            return Refused(CheckoutRefusal.Address, Problems.Conflict("addressId", "addressId is none of your addresses."));
        }

        var errors = new FieldErrors();
        for (var i = 0; i < lines.Count; i++)
        {
            if (!lines[i].IsSold)
            {
                errors.Add(FieldOf(request, i, "variantId"), $"{lines[i].VariantId} is not sold.");
            }
        }

        if (errors.Any)
        {
            return Refused(CheckoutRefusal.NotSold, Problems.Conflict(errors));
        }

        return lines.Select(l => l.Currency).Distinct().Count() > 1
            ? Refused(CheckoutRefusal.Cart, Problems.Conflict(
                FieldOf(request), $"An order is in one currency; these are in {string.Join(" and ", lines.Select(l => l.Currency).Distinct().Order(StringComparer.Ordinal))}."))
            : null;
    }

    private ProblemHttpResult Refused(CheckoutRefusal why, ProblemHttpResult problem)
    {
        telemetry.Refused(why);
        return problem;
    }

    private static List<Shortage> Missing(List<Line> lines, Func<Guid, int> availableOf) =>
        [.. from line in lines
            let available = availableOf(line.VariantId)
            where available < line.Quantity
            select new Shortage(line.VariantId, line.Sku!, line.Quantity, available)];

    private ProblemHttpResult Short(List<Shortage> missing, CheckoutRequest request)
    {
        telemetry.Refused(CheckoutRefusal.Stock);
        var errors = new FieldErrors();
        foreach (var shortage in missing)
        {
            var at = request.Items?.Select((item, i) => (item, i)).First(entry => entry.item.VariantId == shortage.VariantId).i ?? 0;
            errors.Add(FieldOf(request, at, "quantity"), shortage.Available == 0 ? $"{shortage.Sku} is sold out." : $"Of {shortage.Sku} there are {shortage.Available} left.");
        }

        return Problems.Conflict(errors, new Dictionary<string, object?> { ["shortages"] = missing });
    }

    private static string FieldOf(CheckoutRequest request) => request.Items is null ? "cart" : "items";

    private static string FieldOf(CheckoutRequest request, int at, string part) => request.Items is null ? "cart" : $"items[{at}].{part}";
}

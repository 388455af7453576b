using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Store.Carts;

/// <summary>
/// Takes what was put into the cart before a login into the user's own, in the login's transaction: once, however many
/// logins send the cookie at the same time, and not at all when the login comes to nothing.
/// </summary>
internal sealed class CartMerge(CartCookie cookie, TimeProvider clock)
{
    internal async Task RunAsync(HttpContext http, Guid userId, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (cookie.Read(http.Request) is { } anonymous)
        {
            await db.ActForCartAsync(anonymous, cancellationToken);
            // Locked first and read by the next statement, which so sees what the holder put in last. Whoever comes second
            // finds nothing.
            if (await db.Database.SqlQuery<Guid>($"""
                    SELECT id AS "Value" FROM store.carts WHERE id = {anonymous} AND user_id IS NULL FOR UPDATE
                    """).ToListAsync(cancellationToken) is [_])
            {
                await MergeAsync(db, anonymous, userId, cancellationToken);
            }
        }

        cookie.Clear(http);
    }

    // What is in both is added up; what is new comes in while there is room.
    private async Task MergeAsync(PlatformDbContext db, Guid anonymous, Guid userId, CancellationToken cancellationToken)
    {
        var (own, _) = await CartHolder.TakeAsync(db, userId, clock.GetUtcNow(), cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO store.cart_items AS own (cart_id, variant_id, quantity)
            SELECT {own}, variant_id, quantity FROM (
                SELECT a.variant_id, a.quantity, o.variant_id IS NOT NULL AS is_known, row_number() OVER (PARTITION BY o.variant_id IS NULL ORDER BY a.variant_id) AS place
                FROM store.cart_items a LEFT JOIN store.cart_items o ON o.cart_id = {own} AND o.variant_id = a.variant_id
                WHERE a.cart_id = {anonymous}) AS added
            WHERE is_known OR place <= {Cart.MaxItems} - (SELECT count(*) FROM store.cart_items WHERE cart_id = {own})
            ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = least(own.quantity + excluded.quantity, {CartItem.MaxQuantity})
            """, cancellationToken);
        await db.Carts.Where(c => c.Id == anonymous).ExecuteDeleteAsync(cancellationToken);
    }
}

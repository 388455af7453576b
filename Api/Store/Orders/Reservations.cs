using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Store.Orders;

/// <summary>Gives back what orders that are not shipped have reserved.</summary>
internal static class Reservations
{
    /// <summary>Frees the copies of orders that the running transaction holds and closes or ships.</summary>
    internal static Task ReleaseAsync(PlatformDbContext db, Guid[] orders, CancellationToken cancellationToken) =>
        // Locked in the order of their ids, as by the checkout.
        db.Database.ExecuteSqlAsync($"""
            WITH freed AS (
                SELECT variant_id, sum(quantity)::int AS quantity FROM store.order_items WHERE order_id = ANY({orders}) GROUP BY variant_id),
            held AS MATERIALIZED (
                SELECT s.variant_id, f.quantity FROM freed f JOIN store.inventory s ON s.variant_id = f.variant_id ORDER BY s.variant_id FOR NO KEY UPDATE OF s)
            UPDATE store.inventory s SET reserved = s.reserved - h.quantity FROM held h WHERE s.variant_id = h.variant_id
            """, cancellationToken);
}

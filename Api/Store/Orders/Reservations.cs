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

    /// <summary>Closes orders whose time to be paid is over, and frees their copies.</summary>
    /// <param name="db">A context without a transaction.</param>
    /// <param name="now">What time it is.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops; nothing is then done.</param>
    /// <returns>How many were closed.</returns>
    /// <remarks>
    /// Any number of processes may do it at once: each takes orders that nobody else holds, whether to close or to pay them.
    /// An order whose payment is open is left alone until the provider has answered.
    /// </remarks>
    internal static async Task<int> ExpireAsync(PlatformDbContext db, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(RowScope.Staff, cancellationToken);
        var due = await db.Database.SqlQuery<Guid>($"""
            SELECT id AS "Value" FROM store.orders o
             WHERE status = 'pending' AND reserved_until <= {now} AND NOT EXISTS (SELECT FROM store.payments p WHERE p.order_id = o.id AND p.status = 'requested')
             ORDER BY reserved_until LIMIT {most} FOR UPDATE SKIP LOCKED
            """).ToArrayAsync(cancellationToken);
        if (due.Length == 0)
        {
            return 0;
        }

        // Looked at again, now that the orders are held: a payment may have been opened just before.
        var expired = await db.Database.SqlQuery<Guid>($"""
            UPDATE store.orders o SET status = 'expired', closed_at = {now}
             WHERE id = ANY({due}) AND NOT EXISTS (SELECT FROM store.payments p WHERE p.order_id = o.id AND p.status = 'requested')
            RETURNING id AS "Value"
            """).ToArrayAsync(cancellationToken);
        await ReleaseAsync(db, expired, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return expired.Length;
    }
}

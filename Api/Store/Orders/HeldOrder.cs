using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Store.Orders;

/// <summary>Orders whose row is locked until the transaction ends: whoever changes one, or what belongs to it, holds it first.</summary>
internal static class HeldOrder
{
    /// <summary>Waits for the order and reads it with items and payments; null when the transaction may not see it.</summary>
    internal static async Task<Order?> HoldOrderAsync(this PlatformDbContext db, Guid id, CancellationToken cancellationToken)
    {
        // By a statement of its own: what the next one sees was committed before the lock was had.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM store.orders WHERE id = {id} FOR UPDATE", cancellationToken);
        return await db.Orders.AsSingleQuery().Include(o => o.Items).Include(o => o.Payments).SingleOrDefaultAsync(o => o.Id == id, cancellationToken);
    }
}

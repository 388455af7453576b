using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Http;

namespace Platform.Api.Store.Orders;

/// <summary>What becomes of orders when their buyer's account is deleted: they stay on the books, without name and address.</summary>
internal static class OrdersOfNobody
{
    /// <summary>Takes the buyer off the orders, within the transaction of the deletion.</summary>
    internal static async Task<ProblemHttpResult?> MakeAsync(Guid userId, PlatformDbContext db, CancellationToken cancellationToken)
    {
        // It cannot be sent to nobody, nor paid back.
        if (await db.Orders.AnyAsync(o => o.UserId == userId && (o.Status == OrderStatus.Pending || o.Status == OrderStatus.Paid || o.Status == OrderStatus.Shipped), cancellationToken))
        {
            return Problems.Conflict("orders", "An order is under way: delete the account when it has been delivered or cancelled.");
        }

        // Where it went is needed for the taxes, and only as far as the country.
        await db.Database.ExecuteSqlAsync($$"""
            UPDATE store.orders SET user_id = NULL, shipping_address = '{"name": "", "line1": "", "city": ""}'::jsonb || jsonb_build_object('country', shipping_address -> 'country')
            WHERE user_id = {{userId}}
            """, cancellationToken);
        return null;
    }
}

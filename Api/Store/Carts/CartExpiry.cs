using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Store.Carts;

/// <summary>Clears away anonymous carts that nobody came back to.</summary>
internal static class CartExpiry
{
    /// <summary>Deletes carts whose time is over. Any number of processes may do it at once.</summary>
    /// <param name="db">A context without a transaction.</param>
    /// <param name="now">What time it is.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops; nothing is then deleted.</param>
    /// <returns>How many were deleted.</returns>
    internal static async Task<int> ExpireAsync(PlatformDbContext db, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(RowScope.Staff, cancellationToken);
        var over = now - CartCookie.Lifetime;
        // The time is asked for twice, so that a cart which its holder writes to while this waits for its row stays.
        var deleted = await db.Database.ExecuteSqlAsync($"""
            DELETE FROM store.carts WHERE user_id IS NULL AND updated_at < {over}
            AND id IN (SELECT id FROM store.carts WHERE user_id IS NULL AND updated_at < {over} ORDER BY updated_at LIMIT {most})
            """, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted;
    }
}

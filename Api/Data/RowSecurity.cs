using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Platform.Api.Data;

/// <summary>Who a transaction acts for; the database shows and takes no other rows (row_security.sql).</summary>
/// <param name="UserId">Rows of this user; null for nobody's.</param>
/// <param name="IsStaff">Orders of everybody, too.</param>
/// <param name="CartId">The anonymous cart of the caller, who proved to hold it.</param>
internal readonly record struct RowScope(Guid? UserId, bool IsStaff = false, Guid? CartId = null)
{
    /// <summary>What the platform itself does, for nobody in particular.</summary>
    internal static RowScope Staff { get; } = new(null, IsStaff: true);
}

/// <summary>Begins the transactions in which rows of users are read and written.</summary>
internal static class RowSecurity
{
    /// <summary>
    /// Begins a transaction that acts for <paramref name="scope"/>. It is said to the transaction, not to the connection: it
    /// ends with it, so that whoever gets the connection next begins as nobody, to whom no protected row is shown.
    /// </summary>
    internal static async Task<IDbContextTransaction> BeginAsync(this PlatformDbContext db, RowScope scope, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            await db.Database.ExecuteSqlAsync($"""
                SELECT set_config('platform.user_id', {scope.UserId?.ToString() ?? ""}, true),
                       set_config('platform.staff', {(scope.IsStaff ? "on" : "")}, true),
                       set_config('platform.cart_id', {scope.CartId?.ToString() ?? ""}, true)
                """, cancellationToken);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has the running transaction act for an anonymous cart, too.</summary>
    internal static Task ActForCartAsync(this PlatformDbContext db, Guid cartId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT set_config('platform.cart_id', {cartId.ToString()}, true)", cancellationToken);
}

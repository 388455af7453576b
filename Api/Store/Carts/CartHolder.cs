using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Identity;

namespace Platform.Api.Store.Carts;

/// <summary>Whose cart a request is about: the user's; without a login that of whoever has the cookie.</summary>
internal sealed class CartHolder
{
    private readonly Guid? _userId;
    private readonly Guid? _cartId;

    private CartHolder(Guid? userId, Guid? cartId) => (_userId, _cartId) = (userId, cartId);

    /// <summary>Whether there is nobody who could have a cart.</summary>
    internal bool IsNobody => _userId is null && _cartId is null;

    /// <summary>The anonymous cart; null for a user's.</summary>
    internal Guid? AnonymousCart => _userId is null ? _cartId : null;

    internal RowScope Scope => new(_userId, CartId: AnonymousCart);

    /// <summary>Gives it to endpoints as a parameter.</summary>
    public static ValueTask<CartHolder> BindAsync(HttpContext context) => ValueTask.FromResult(CurrentUser.Of(context.User) is { } user
        ? new CartHolder(user.Id, null)
        : new CartHolder(null, context.RequestServices.GetRequiredService<CartCookie>().Read(context.Request)));

    /// <summary>The same, or the holder of a cart to be made.</summary>
    internal CartHolder OrNew(DateTimeOffset now) => IsNobody ? new CartHolder(null, Guid.CreateVersion7(now)) : this;

    /// <summary>The cart, where there is one.</summary>
    internal IQueryable<Cart> In(PlatformDbContext db) => _userId is not null
        ? db.Carts.Where(c => c.UserId == _userId)
        : db.Carts.Where(c => c.UserId == null && c.Id == _cartId);

    /// <summary>
    /// Makes the cart where there is none, and locks it until the transaction ends: those who write one cart at the same
    /// time come one after the other.
    /// </summary>
    /// <returns>The cart's id, and whether it was made.</returns>
    internal async Task<(Guid Cart, bool IsNew)> TakeAsync(PlatformDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_userId is { } userId)
        {
            return await TakeAsync(db, userId, now, cancellationToken);
        }

        // A row that was inserted has no transaction that updated it.
        var isNew = await db.Database.SqlQuery<bool>($"""
            INSERT INTO store.carts (id, created_at, updated_at) VALUES ({_cartId}, {now}, {now}) ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at
            RETURNING xmax = 0 AS "Value"
            """).ToListAsync(cancellationToken);
        return (_cartId!.Value, isNew.Single());
    }

    /// <summary>The same for a user.</summary>
    internal static async Task<(Guid Cart, bool IsNew)> TakeAsync(PlatformDbContext db, Guid userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var made = Guid.CreateVersion7(now);
        var taken = await db.Database.SqlQuery<Guid>($"""
            INSERT INTO store.carts (id, user_id, created_at, updated_at) VALUES ({made}, {userId}, {now}, {now})
            ON CONFLICT (user_id) DO UPDATE SET updated_at = excluded.updated_at RETURNING id AS "Value"
            """).ToListAsync(cancellationToken);
        return (taken.Single(), taken.Single() == made);
    }
}

using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Store.Products;

namespace Platform.Api.Store.Carts;

/// <summary><c>/cart</c>: the caller's, with or without a login. Of two who write it at the same time the later wins.</summary>
internal static class CartEndpoints
{
    internal static void MapCarts(this RouteGroupBuilder api)
    {
        var cart = api.MapGroup("/cart").WithTags("Carts");
        cart.MapGet("/", Get).WithSummary("One's cart, with the prices and the stock of this moment.").ForAnybody();
        cart.MapPut("/", Replace).WithSummary("Replace what is in the cart. Without a login a cookie says whose it is; a login takes the cart along.")
            .ForAnybody().ReadsBody(StoreExamples.Cart);
        cart.MapDelete("/", Empty).WithSummary("Empty the cart.").ForAnybody();
        cart.MapPut("/items/{variantId}", Put).WithSummary("Put so many copies of a variant into the cart, whatever there were.")
            .ForAnybody().ReadsBody(StoreExamples.CartQuantity).AnswersNotFound().AnswersConflict();
        cart.MapDelete("/items/{variantId}", Remove).WithSummary("Take a variant out of the cart.").ForAnybody().AnswersInvalid();
    }

    private static async Task<Ok<CartDetails>> Get(CartHolder holder, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (holder.IsNobody)
        {
            return TypedResults.Ok(CartDetails.Empty);
        }

        await using var transaction = await db.BeginAsync(holder.Scope, cancellationToken);
        return TypedResults.Ok(await CartDetails.ReadAsync(holder.In(db), db, cancellationToken));
    }

    private static async Task<Results<Ok<CartDetails>, ProblemHttpResult>> Replace(
        CartRequest request, CartHolder holder, CartCookie cookie, HttpContext http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (variants, quantities) = request.Read(errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        var now = clock.GetUtcNow();
        holder = holder.OrNew(now);
        await using var transaction = await db.BeginAsync(holder.Scope, cancellationToken);
        var (cart, isNew) = await holder.TakeAsync(db, now, cancellationToken);
        // What is no longer sold may stay, but not come in.
        var put = await db.Database.SqlQuery<Guid>($"""
            INSERT INTO store.cart_items (cart_id, variant_id, quantity)
            SELECT {cart}, v.id, wanted.quantity FROM unnest({variants}, {quantities}) AS wanted (variant_id, quantity)
            JOIN store.product_variants v ON v.id = wanted.variant_id JOIN store.products p ON p.id = v.product_id
            WHERE (v.is_active AND p.status = 'active') OR EXISTS (SELECT FROM store.cart_items WHERE cart_id = {cart} AND variant_id = v.id)
            ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity
            RETURNING variant_id AS "Value"
            """).ToListAsync(cancellationToken);
        for (var i = 0; put.Count < variants.Length && i < variants.Length; i++)
        {
            if (!put.Contains(variants[i]))
            {
                errors.Add($"items[{i}].variantId", $"items[{i}].variantId must be the id of a variant that is sold; {variants[i]} is none.");
            }
        }

        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        await db.CartItems.Where(i => i.CartId == cart && !variants.Contains(i.VariantId)).ExecuteDeleteAsync(cancellationToken);
        return TypedResults.Ok(await CommitAsync(holder, isNew, cookie, http, db, cancellationToken));
    }

    private static async Task<Results<Ok<CartDetails>, ProblemHttpResult>> Put(Guid variantId, CartRequest.QuantityRequest request,
        CartHolder holder, CartCookie cookie, HttpContext http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var quantity = request.Read(errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        var now = clock.GetUtcNow();
        holder = holder.OrNew(now);
        await using var transaction = await db.BeginAsync(holder.Scope, cancellationToken);
        var (cart, isNew) = await holder.TakeAsync(db, now, cancellationToken);
        var put = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO store.cart_items (cart_id, variant_id, quantity)
            SELECT {cart}, v.id, {quantity} FROM store.product_variants v JOIN store.products p ON p.id = v.product_id
            WHERE v.id = {variantId} AND (
                EXISTS (SELECT FROM store.cart_items WHERE cart_id = {cart} AND variant_id = v.id)
                OR (v.is_active AND p.status = 'active' AND (SELECT count(*) FROM store.cart_items WHERE cart_id = {cart}) < {Cart.MaxItems}))
            ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity
            """, cancellationToken);
        if (put == 0)
        {
            return await db.ProductVariants.AnyAsync(v => v.Id == variantId && v.IsActive
                    && db.Products.Any(p => p.Id == v.ProductId && p.Status == ProductStatus.Active), cancellationToken)
                ? Problems.Conflict("items", $"A cart has at most {Cart.MaxItems} different variants.")
                : Problems.NotFound("variant on sale");
        }

        return TypedResults.Ok(await CommitAsync(holder, isNew, cookie, http, db, cancellationToken));
    }

    private static async Task<NoContent> Remove(Guid variantId, CartHolder holder, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (!holder.IsNobody)
        {
            await using var transaction = await db.BeginAsync(holder.Scope, cancellationToken);
            await db.CartItems.Where(i => i.VariantId == variantId && holder.In(db).Any(c => c.Id == i.CartId)).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return TypedResults.NoContent();
    }

    private static async Task<NoContent> Empty(CartHolder holder, CartCookie cookie, HttpContext http, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (!holder.IsNobody)
        {
            await using var transaction = await db.BeginAsync(holder.Scope, cancellationToken);
            await holder.In(db).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        cookie.Clear(http);
        return TypedResults.NoContent();
    }

    private static async Task<CartDetails> CommitAsync(CartHolder holder, bool isNew, CartCookie cookie, HttpContext http, PlatformDbContext db, CancellationToken cancellationToken)
    {
        var details = await CartDetails.ReadAsync(holder.In(db), db, cancellationToken);
        await db.Database.CurrentTransaction!.CommitAsync(cancellationToken);
        if (isNew)
        {
            http.RequestServices.GetRequiredService<CartTelemetry>().Created();
        }

        if (holder.AnonymousCart is { } held)
        {
            cookie.Write(http, held);
        }

        return details;
    }
}

using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.Api.Store.Inventory;

namespace Platform.Api.Store.Orders;

/// <summary>The steps of an order that move no money: what they do to stock is done in the same transaction.</summary>
internal sealed class OrderSteps(PlatformDbContext db, TimeProvider clock)
{
    /// <summary>Ships, delivers or cancels.</summary>
    /// <param name="scope">Whose orders it may be.</param>
    /// <param name="id">The order.</param>
    /// <param name="action">What is done with it.</param>
    /// <param name="cancellationToken">Stops; nothing is then done.</param>
    internal async Task<Results<Ok<OrderDetails>, ProblemHttpResult>> TakeAsync(RowScope scope, Guid id, OrderAction action, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(scope, cancellationToken);
        if (await db.HoldOrderAsync(id, cancellationToken) is not { } order)
        {
            return Problems.NotFound("order");
        }

        var now = clock.GetStorableNow();
        if (OrderTransitions.Refuse(order, action, now) is { } refusal)
        {
            return refusal;
        }

        if (action is OrderAction.Ship or OrderAction.Cancel)
        {
            await Reservations.ReleaseAsync(db, [order.Id], cancellationToken);
        }

        if (action == OrderAction.Ship)
        {
            // After the release, which holds the stock: otherwise more would be promised than is there.
            db.StockMovements.AddRange(order.Items.Select(item => new StockMovement
            {
                Id = Guid.CreateVersion7(now), VariantId = item.VariantId, Quantity = -item.Quantity, Kind = StockMovementKind.Sale, OrderId = order.Id, At = now,
            }));
        }

        OrderTransitions.Apply(order, action, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(OrderDetails.Of(order));
    }
}

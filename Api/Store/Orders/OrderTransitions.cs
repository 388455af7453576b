using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Api.Http;

namespace Platform.Api.Store.Orders;

/// <summary>What can be done with an order.</summary>
internal enum OrderAction
{
    Pay,
    Ship,
    Deliver,
    Cancel,
    Refund,
}

/// <summary>What can be done with an order of which status, and what status it then has: here and nowhere else.</summary>
/// <remarks>Who asks holds the order's row, so that its status is still the same when the next is written.</remarks>
internal static class OrderTransitions
{
    private static readonly Dictionary<(OrderStatus From, OrderAction Action), OrderStatus> Allowed = new()
    {
        [(OrderStatus.Pending, OrderAction.Pay)] = OrderStatus.Paid,
        [(OrderStatus.Pending, OrderAction.Cancel)] = OrderStatus.Cancelled,
        [(OrderStatus.Paid, OrderAction.Ship)] = OrderStatus.Shipped,
        [(OrderStatus.Shipped, OrderAction.Deliver)] = OrderStatus.Delivered,
        // Whatever was paid can be paid back.
        [(OrderStatus.Paid, OrderAction.Refund)] = OrderStatus.Refunded,
        [(OrderStatus.Shipped, OrderAction.Refund)] = OrderStatus.Refunded,
        [(OrderStatus.Delivered, OrderAction.Refund)] = OrderStatus.Refunded,
    };

    /// <summary>409 when it cannot be done with the order now; null when it can.</summary>
    internal static ProblemHttpResult? Refuse(Order order, OrderAction action, DateTimeOffset now)
    {
        if (!Allowed.ContainsKey((order.Status, action)))
        {
            return Problems.Conflict("status", $"The order is {StoreEnums.Text(order.Status)}; {action.ToString().ToLowerInvariant()} needs one that is {From(action)}.");
        }

        if (action == OrderAction.Pay && order.ReservedUntil <= now)
        {
            return Problems.Conflict("reservedUntil", "The order was not paid in time; its copies are held no longer. Order again.");
        }

        // Until the provider has answered, nobody knows which status comes next.
        return order.Payments.Exists(p => p.Status == PaymentStatus.Requested)
            ? Problems.Conflict("payments", "The payment provider was asked and has not answered yet. Try again shortly.")
            : null;
    }

    /// <summary>Gives the order the status that the action leads to.</summary>
    /// <exception cref="InvalidOperationException">It cannot be done: <see cref="Refuse"/> was not asked, or the order is not held.</exception>
    internal static void Apply(Order order, OrderAction action, DateTimeOffset now)
    {
        order.Status = Allowed.TryGetValue((order.Status, action), out var next)
            ? next
            : throw new InvalidOperationException($"{action} of order {order.Id}, which is {order.Status}.");
        switch (next)
        {
            case OrderStatus.Paid:
                order.PaidAt = now;
                break;
            case OrderStatus.Shipped:
                order.ShippedAt = now;
                break;
            case OrderStatus.Delivered:
                order.DeliveredAt = now;
                break;
            default:
                order.ClosedAt = now;
                break;
        }
    }

    private static string From(OrderAction action) =>
        string.Join(" or ", Allowed.Keys.Where(key => key.Action == action).Select(key => StoreEnums.Text(key.From)));
}

using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.Api.Identity;

namespace Platform.Api.Store.Orders;

/// <summary>
/// Moves money for orders: a payment is committed as <see cref="PaymentStatus.Requested"/> before the provider is asked, and
/// settled by its answer. Whatever dies in between leaves a request behind, and whoever finds it asks again, which the
/// provider knows from the first by <see cref="Payment.Id"/>.
/// </summary>
/// <remarks>
/// While a request is open its order stays as it is: nothing expires, is cancelled or is shipped then. A provider may take
/// longer than a request may wait for the database, so each step has a connection and a deadline of its own.
/// </remarks>
internal sealed partial class Payments(
    IServiceScopeFactory scopes, DatabaseLimits limits, StoreSettings settings, OrderTelemetry telemetry, TimeProvider clock,
    ILogger<Payments> logger, IPaymentGateway? gateway = null)
{
    /// <summary>Charges an order of the user.</summary>
    internal Task<Results<Ok<OrderDetails>, Accepted<OrderDetails>, ProblemHttpResult>> PayAsync(
        CurrentUser user, Guid orderId, string method, CancellationToken cancellationToken) =>
        RequestAsync(new RowScope(user.Id), orderId, PaymentKind.Charge, method, cancellationToken);

    /// <summary>Gives the money of an order back.</summary>
    internal Task<Results<Ok<OrderDetails>, Accepted<OrderDetails>, ProblemHttpResult>> RefundAsync(
        CurrentUser user, Guid orderId, CancellationToken cancellationToken) =>
        RequestAsync(new RowScope(user.Id, user.IsStaff), orderId, PaymentKind.Refund, null, cancellationToken);

    /// <summary>Asks again for payments whose answer nobody waits for any more.</summary>
    /// <param name="db">A context without a transaction.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops; what was not asked for is asked for another time.</param>
    /// <returns>How many got their answer.</returns>
    /// <remarks>Processes that ask for the same one at once do no harm: the provider knows it by its id, and it is settled once.</remarks>
    internal async Task<int> AskForOpenAsync(PlatformDbContext db, int most, CancellationToken cancellationToken)
    {
        if (gateway is null)
        {
            return 0;
        }

        var before = clock.GetUtcNow() - (2 * settings.PaymentTimeout);
        List<Order> orders;
        await using (await db.BeginAsync(RowScope.Staff, cancellationToken))
        {
            // By chance, so that some that never get an answer do not stand before the others.
            orders = await db.Orders.AsNoTracking().Include(o => o.Payments)
                .Where(o => o.Payments.Any(p => p.Status == PaymentStatus.Requested && p.CreatedAt <= before))
                .OrderBy(_ => EF.Functions.Random()).Take(most).AsSingleQuery().ToListAsync(cancellationToken);
        }

        var settled = 0;
        await Parallel.ForEachAsync(orders, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (order, token) =>
        {
            var open = order.Payments.Find(p => p.Status == PaymentStatus.Requested)!;
            try
            {
                if (await AskAsync(gateway, order, open, token) is not null)
                {
                    Interlocked.Increment(ref settled);
                }
            }
            catch (Exception error) when (!token.IsCancellationRequested)
            {
                NotSettled(logger, open.Id, error);
            }
        });
        return settled;
    }

    /// <summary>Asks the provider, once more or for the first time, and settles the payment by its answer.</summary>
    /// <returns>The order as it is then; null when the answer still is not known.</returns>
    private async Task<OrderDetails?> AskAsync(IPaymentGateway provider, Order order, Payment payment, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, settings.PaymentTimeout, Timeout.InfiniteTimeSpan);
        PaymentAnswer answer;
        try
        {
            // Waited for no longer than that even by a provider's client that does not heed the token.
            answer = payment.Kind == PaymentKind.Charge
                ? await provider.ChargeAsync(new ChargeRequest(payment.Id, order.Id, payment.Amount, payment.Currency, payment.Method!), patience.Token).WaitAsync(patience.Token)
                : await provider.RefundAsync(new RefundRequest(payment.Id, order.Id, payment.Amount, payment.Currency, ChargeOf(order)), patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception unknown) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it was, the money may have moved.
            telemetry.Asked(payment.Kind, "unanswered");
            NotAnswered(logger, payment.Id, unknown);
            return null;
        }

        telemetry.Asked(payment.Kind, answer.Refusal is null ? "succeeded" : "refused");
        // The money has moved: that nobody waits for the answer any more changes nothing.
        return await SettleAsync(order.Id, payment.Id, answer, CancellationToken.None);
    }

    /// <summary>Writes down what the provider answered; told twice, it changes nothing the second time.</summary>
    /// <returns>The order as it is then.</returns>
    /// <exception cref="InvalidOperationException">There is no such payment.</exception>
    internal async Task<OrderDetails> SettleAsync(Guid orderId, Guid paymentId, PaymentAnswer answer, CancellationToken cancellationToken)
    {
        Payment? moved = null;
        var details = await InTransactionAsync(RowScope.Staff, async db =>
        {
            var order = await db.HoldOrderAsync(orderId, cancellationToken);
            if (order?.Payments.Find(p => p.Id == paymentId) is not { } payment)
            {
                throw new InvalidOperationException($"Order {orderId} has no payment {paymentId}.");
            }

            if (payment.Status == PaymentStatus.Requested)
            {
                var now = clock.GetStorableNow();
                (payment.Status, payment.Reference, payment.Refusal, payment.SettledAt) =
                    (answer.Refusal is null ? PaymentStatus.Succeeded : PaymentStatus.Refused, answer.Reference, answer.Refusal, now);
                if (payment.Status == PaymentStatus.Succeeded)
                {
                    await ApplyAsync(db, order, payment.Kind, now, cancellationToken);
                }

                await db.SaveChangesAsync(cancellationToken);
                moved = payment.Status == PaymentStatus.Succeeded ? payment : null;
            }

            return OrderDetails.Of(order);
        }, cancellationToken);
        if (moved is not null)
        {
            telemetry.Moved(moved);
        }

        return details;
    }

    private static async Task ApplyAsync(PlatformDbContext db, Order order, PaymentKind kind, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // What was shipped comes back, if it does, as a movement that staff record.
        if (kind == PaymentKind.Refund && order.Status == OrderStatus.Paid)
        {
            await Reservations.ReleaseAsync(db, [order.Id], cancellationToken);
        }

        OrderTransitions.Apply(order, ActionOf(kind), now);
    }

    private async Task<Results<Ok<OrderDetails>, Accepted<OrderDetails>, ProblemHttpResult>> RequestAsync(
        RowScope scope, Guid orderId, PaymentKind kind, string? method, CancellationToken cancellationToken)
    {
        if (gateway is null)
        {
            return TypedResults.Problem("No payment provider is set up.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        var (order, payment, refusal) = await InTransactionAsync(scope, db => OpenAsync(db, orderId, kind, method, cancellationToken), cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        if (await AskAsync(gateway, order!, payment!, cancellationToken) is not { } settled)
        {
            return TypedResults.Accepted($"/api/v1/orders/{orderId}", OrderDetails.Of(order!));
        }

        return settled.Payments.Single(p => p.Id == payment!.Id).Refusal is not { } reason ? TypedResults.Ok(settled)
            : kind == PaymentKind.Charge ? TypedResults.Problem(reason, title: "The payment was refused.", statusCode: StatusCodes.Status402PaymentRequired)
            : Problems.Conflict("payments", reason);
    }

    // Either order and payment, or a refusal.
    private async Task<(Order? Order, Payment? Payment, ProblemHttpResult? Refusal)> OpenAsync(
        PlatformDbContext db, Guid orderId, PaymentKind kind, string? method, CancellationToken cancellationToken)
    {
        if (await db.HoldOrderAsync(orderId, cancellationToken) is not { } order)
        {
            return (null, null, Problems.NotFound("order"));
        }

        // Asked for twice at once, or again after no answer came: the second asks for the same payment.
        if (order.Payments.Find(p => p.Status == PaymentStatus.Requested && p.Kind == kind) is { } open)
        {
            return (order, open, null);
        }

        var now = clock.GetStorableNow();
        if (OrderTransitions.Refuse(order, ActionOf(kind), now) is { } refusal)
        {
            return (null, null, refusal);
        }

        var payment = new Payment
        {
            Id = Guid.CreateVersion7(now), OrderId = order.Id, Kind = kind, Status = PaymentStatus.Requested, Amount = order.Total, Currency = order.Currency, Method = method, CreatedAt = now,
        };
        db.Payments.Add(payment);
        await db.SaveChangesAsync(cancellationToken);
        return (order, payment, null);
    }

    private static OrderAction ActionOf(PaymentKind kind) => kind == PaymentKind.Charge ? OrderAction.Pay : OrderAction.Refund;

    private static string ChargeOf(Order order) => order.Payments.Single(p => p is { Kind: PaymentKind.Charge, Status: PaymentStatus.Succeeded }).Reference!;

    private async Task<T> InTransactionAsync<T>(RowScope rows, Func<PlatformDbContext, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        using var wait = new DatabaseWait(db, limits.RequestDeadline, admission: null, CancellationToken.None);
        await using var transaction = await db.BeginAsync(rows, cancellationToken);
        var result = await work(db);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    // Error: the provider has answered, and the order does not go with it; the others are asked for all the same.
    [LoggerMessage(EventId = 2313, Level = LogLevel.Error, Message = "The answer to payment {Payment} could not be written down")]
    private static partial void NotSettled(ILogger logger, Guid payment, Exception cause);

    // Warning: the money may have moved; the payment stays open until the provider says.
    [LoggerMessage(EventId = 2311, Level = LogLevel.Warning, Message = "The payment provider did not answer for payment {Payment}; it is asked again")]
    private static partial void NotAnswered(ILogger logger, Guid payment, Exception cause);
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Identity;

namespace Platform.Api.Store.Orders;

/// <summary><c>/orders</c>: another user's order is one that does not exist.</summary>
internal static class OrderEndpoints
{
    internal static void MapOrders(this RouteGroupBuilder api)
    {
        var orders = api.MapGroup("/orders").WithTags("Orders");
        orders.MapPost("/", Place).WithSummary("Order what is in the cart, or given items: their copies are held until the order is paid, for a while.")
            .ForMembers().NeedsIdempotencyKey().ReadsBody(StoreExamples.Checkout).AnswersCreated<OrderDetails>().AnswersConflict();
        orders.MapGet("/", List).WithSummary("The caller's orders, newest first, by pages; staff may ask for everybody's.").ForMembers().AnswersInvalid().ProducesProblem(StatusCodes.Status403Forbidden);
        orders.MapGet("/{id}", Get).WithSummary("One order.").ForMembers().AnswersInvalid().AnswersNotFound();
        orders.MapPost("/{id}/pay", Pay).WithSummary("Pay an order; 202 when the payment provider has not answered in time, and the order shows later what it said.")
            .ForMembers().ReadsBody(StoreExamples.Payment).AnswersNotFound().AnswersConflict().ProducesProblem(StatusCodes.Status402PaymentRequired);
        orders.MapPost("/{id}/cancel", Cancel).WithSummary("Give up an order that is not paid.").ForMembers().AnswersInvalid().AnswersNotFound().AnswersConflict();
        orders.MapPost("/{id}/ship", Ship).WithSummary("Record that an order that is paid was sent; its copies leave the stock.").ForStaff().AnswersInvalid().AnswersNotFound().AnswersConflict();
        orders.MapPost("/{id}/deliver", Deliver).WithSummary("Record that it arrived.").ForStaff().AnswersInvalid().AnswersNotFound().AnswersConflict();
        orders.MapPost("/{id}/refund", Refund).WithSummary("Give the money back; 202 when the payment provider has not answered in time.")
            .ForStaff().AnswersInvalid().AnswersNotFound().AnswersConflict();
    }

    /// <summary>An order in a list.</summary>
    internal sealed record OrderSummary(
        Guid Id, string Status, string Currency, decimal Total, [property: Description("Of all variants together.")] int Copies,
        DateTimeOffset CreatedAt, [property: Description("Until then it can be paid, while it is pending.")] DateTimeOffset ReservedUntil);

    internal sealed record PaymentRequest(
        [property: Required, MaxLength(PaymentRequest.MaxMethodLength), Description("What is charged, as the payment provider named it to the buyer.")] string? Method)
    {
        internal const int MaxMethodLength = 200;
    }

    private static async Task<Results<KeptAnswer, ProblemHttpResult>> Place(
        CheckoutRequest request, CurrentUser user, HttpRequest http, Checkout checkout, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var once = Idempotency.Read(http, user, request, errors);
        request.Check(errors);
        return errors.Any ? Problems.Invalid(errors) : await checkout.PlaceAsync(user, request, once, cancellationToken);
    }

    private static async Task<Results<Ok<Page<OrderSummary>>, ProblemHttpResult>> List(
        [FromQuery, Description("The `next` of the page before.")] string? after,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description("Items on a page.")] int? limit,
        [FromQuery, AllowedValues("pending", "paid", "shipped", "delivered", "cancelled", "expired", "refunded"), Description("Only those of this status.")] string? status,
        [FromQuery, AllowedValues("me", "everybody"), DefaultValue("me"), Description("Whose: `everybody`'s only staff may see.")] string? of,
        CurrentUser user, PlatformDbContext db, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var size = Page.Limit(limit, errors);
        OrderStatus? only = StoreEnums.TryParse<OrderStatus>(status, out var known) ? known : null;
        if (status is not null && only is null)
        {
            errors.Add("status", $"status must be one of {string.Join(", ", Enum.GetValues<OrderStatus>().Select(StoreEnums.Text))}.");
        }

        if (of is not (null or "me" or "everybody"))
        {
            errors.Add("of", "of must be me or everybody.");
        }

        var everybody = of == "everybody";
        var scope = $"orders\n{(everybody ? "" : user.Id)}\n{status}";
        var from = Cursor.Read(after, scope, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        if (everybody && !user.IsStaff)
        {
            return TypedResults.Problem("Only staff see everybody's orders.", statusCode: StatusCodes.Status403Forbidden);
        }

        await using var transaction = await db.BeginAsync(new RowScope(user.Id, everybody), cancellationToken);
        var orders = db.Orders.AsNoTracking();
        orders = everybody ? orders : orders.Where(o => o.UserId == user.Id);
        orders = only is null ? orders : orders.Where(o => o.Status == only);
        orders = from is null ? orders : orders.Where(o => o.Id < from.Id);
        // Ids are made in the order of time.
        var rows = await orders.OrderByDescending(o => o.Id).Take(size + 1)
            .Select(o => new OrderSummary(o.Id, StoreEnums.Text(o.Status), o.Currency, o.Total, o.Items.Sum(i => i.Quantity), o.CreatedAt, o.ReservedUntil)).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(rows, size, last => new Cursor("", last.Id).Encode(scope)));
    }

    private static async Task<Results<Representation<OrderDetails>, ProblemHttpResult>> Get(Guid id, CurrentUser user, PlatformDbContext db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id, user.IsStaff), cancellationToken);
        return await OrderDetails.FindAsync(db, id, cancellationToken) is { } order ? new Representation<OrderDetails>(order) : Problems.NotFound("order");
    }

    private static async Task<Results<Ok<OrderDetails>, Accepted<OrderDetails>, ProblemHttpResult>> Pay(
        Guid id, PaymentRequest request, CurrentUser user, Payments payments, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var method = errors.Text("method", request.Method, PaymentRequest.MaxMethodLength);
        return errors.Any ? Problems.Invalid(errors) : await payments.PayAsync(user, id, method, cancellationToken);
    }

    private static Task<Results<Ok<OrderDetails>, ProblemHttpResult>> Cancel(Guid id, CurrentUser user, OrderSteps steps, CancellationToken cancellationToken) =>
        steps.TakeAsync(new RowScope(user.Id), id, OrderAction.Cancel, cancellationToken);

    private static Task<Results<Ok<OrderDetails>, ProblemHttpResult>> Ship(Guid id, CurrentUser user, OrderSteps steps, CancellationToken cancellationToken) =>
        steps.TakeAsync(new RowScope(user.Id, user.IsStaff), id, OrderAction.Ship, cancellationToken);

    private static Task<Results<Ok<OrderDetails>, ProblemHttpResult>> Deliver(Guid id, CurrentUser user, OrderSteps steps, CancellationToken cancellationToken) =>
        steps.TakeAsync(new RowScope(user.Id, user.IsStaff), id, OrderAction.Deliver, cancellationToken);

    private static Task<Results<Ok<OrderDetails>, Accepted<OrderDetails>, ProblemHttpResult>> Refund(
        Guid id, CurrentUser user, Payments payments, CancellationToken cancellationToken) => payments.RefundAsync(user, id, cancellationToken);
}

using System.Diagnostics.Metrics;

namespace Platform.Api.Store.Orders;

/// <summary>What becomes of orders and payments; in Prometheus <c>platform_orders_*</c>.</summary>
internal sealed class OrderTelemetry
{
    private static readonly string[] Answers = ["succeeded", "refused", "unanswered"];
    private readonly Counter<long> _placed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _stockOuts;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _payments;
    private readonly Counter<double> _revenue;
    private readonly Counter<double> _refunded;

    public OrderTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Platform.Orders");
        _placed = meter.CreateCounter<long>("placed_total", "{order}", "Orders made.");
        _refused = meter.CreateCounter<long>("refused_total", "{checkout}", "Checkouts refused, by why.");
        _stockOuts = meter.CreateCounter<long>("stock_outs_total", "{variant}", "Variants whose last copies an order took.");
        _expired = meter.CreateCounter<long>("expired_total", "{order}", "Orders that were not paid in time.");
        _payments = meter.CreateCounter<long>("payments_total", "{payment}", "Times the payment provider was asked, by kind and by what it said: succeeded, refused or unanswered.");
        _revenue = meter.CreateCounter<double>("revenue_total", "{money}", "Paid by buyers, by currency.");
        _refunded = meter.CreateCounter<double>("refunded_total", "{money}", "Paid back to them, by currency.");
        foreach (var counter in new[] { _placed, _stockOuts, _expired })
        {
            counter.Add(0);
        }

        foreach (var refusal in Enum.GetValues<CheckoutRefusal>())
        {
            _refused.Add(0, Reason(refusal));
        }

        foreach (var (kind, said) in Enum.GetValues<PaymentKind>().SelectMany(kind => Answers.Select(said => (kind, said))))
        {
            _payments.Add(0, new("kind", StoreEnums.Text(kind)), new("said", said));
        }
    }

    internal void Placed() => _placed.Add(1);

    internal void Refused(CheckoutRefusal refusal) => _refused.Add(1, Reason(refusal));

    internal void SoldOut(int variants) => _stockOuts.Add(variants);

    internal void Expired(int orders) => _expired.Add(orders);

    internal void Asked(PaymentKind kind, string said) => _payments.Add(1, new("kind", StoreEnums.Text(kind)), new("said", said));

    /// <summary>A payment has succeeded: the money has moved.</summary>
    internal void Moved(Payment payment) =>
        (payment.Kind == PaymentKind.Charge ? _revenue : _refunded).Add((double)payment.Amount, new KeyValuePair<string, object?>("currency", payment.Currency));

    private static KeyValuePair<string, object?> Reason(CheckoutRefusal refusal) => new("reason", refusal switch
    {
        CheckoutRefusal.NotSold => "not-sold",
        _ => refusal.ToString().ToLowerInvariant(),
    });
}

/// <summary>Why a checkout is refused.</summary>
internal enum CheckoutRefusal
{
    /// <summary>There is too little of something.</summary>
    Stock,

    /// <summary>Something is not sold (any more).</summary>
    NotSold,

    /// <summary>The cart is empty, or in several currencies.</summary>
    Cart,

    /// <summary>The address is none of the buyer's.</summary>
    Address,

    /// <summary>It is too much in all.</summary>
    Total,
}

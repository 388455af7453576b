using System.Diagnostics.Metrics;

namespace Platform.Api.Store.Orders;

/// <summary>What becomes of orders and payments; in Prometheus <c>platform_orders_*</c>.</summary>
internal sealed class OrderTelemetry
{
    private readonly Counter<long> _placed;
    private readonly Counter<long> _short;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _payments;

    public OrderTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Platform.Orders");
        _placed = meter.CreateCounter<long>("placed_total", "{order}", "Orders made.");
        _short = meter.CreateCounter<long>("short_total", "{order}", "Orders refused because there was too little of something.");
        _expired = meter.CreateCounter<long>("expired_total", "{order}", "Orders that were not paid in time.");
        _payments = meter.CreateCounter<long>("payments_total", "{payment}", "Times the payment provider was asked, by kind and by what it said: succeeded, refused or unanswered.");
    }

    public void Placed() => _placed.Add(1);

    public void Short() => _short.Add(1);

    public void Expired(int orders) => _expired.Add(orders);

    public void Asked(PaymentKind kind, string said) => _payments.Add(1, new("kind", StoreEnums.Text(kind)), new("said", said));
}

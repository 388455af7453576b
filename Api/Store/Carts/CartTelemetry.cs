using System.Diagnostics.Metrics;

namespace Platform.Api.Store.Carts;

/// <summary>What is measured of carts; in Prometheus <c>platform_carts_*</c>.</summary>
internal sealed class CartTelemetry
{
    private readonly Counter<long> _created;

    public CartTelemetry(IMeterFactory meters)
    {
        _created = meters.Create("Platform.Carts").CreateCounter<long>("created_total", "{cart}", "Carts begun.");
        _created.Add(0);
    }

    internal void Created() => _created.Add(1);
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class OrderTelemetryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task What_becomes_of_orders_and_payments_is_counted()
    {
        var counts = new ConcurrentDictionary<string, long>();
        // Of this host alone: others in this process sell, too.
        var meters = api.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Platform.Orders" && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            counts.AddOrUpdate($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}".TrimEnd(), value, (_, sum) => sum + value));
        listener.Start();
        var variant = (await api.Admin.AddStockedAsync(5)).Variant();
        var (buyer, address) = await api.BuyerAsync();

        await buyer.OrderAsync(address, variant, 6);
        await buyer.PayAsync((await buyer.OrderAsync(address, variant)).Location!);
        await buyer.PayAsync((await buyer.OrderAsync(address, variant)).Location!, "test-refused");
        await api.Database.ExecuteAsync("UPDATE store.orders SET reserved_until = now() WHERE status = 'pending'");

        await Eventually.HoldsAsync(() => Task.FromResult(counts.GetValueOrDefault("expired_total") == 1), "the order that was not paid has expired");
        Assert.Equal(
            new Dictionary<string, long> { ["placed_total"] = 2, ["refused_total stock"] = 1, ["stock_outs_total"] = 0, ["expired_total"] = 1, ["payments_total charge succeeded"] = 1, ["payments_total charge refused"] = 1 },
            counts.ToDictionary());
    }
}

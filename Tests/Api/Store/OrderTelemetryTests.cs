using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class OrderTelemetryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task What_becomes_of_orders_and_payments_is_counted()
    {
        var variant = (await api.Admin.AddStockedAsync(5)).Variant();
        var (buyer, address) = await api.BuyerAsync();

        await buyer.OrderAsync(address, variant, 6);
        await buyer.PayAsync((await buyer.OrderAsync(address, variant)).Location!);
        await buyer.PayAsync((await buyer.OrderAsync(address, variant)).Location!, "test-refused");
        await api.Database.ExecuteAsync("UPDATE store.orders SET reserved_until = now() WHERE status = 'pending'");

        await Eventually.HoldsAsync(async () => (await MetricsAsync()).Contains("platform_orders_expired 1", StringComparison.Ordinal), "the order that was not paid has expired");
        var metrics = await MetricsAsync();
        Assert.Contains("platform_orders_placed 2", metrics, StringComparison.Ordinal);
        Assert.Contains("platform_orders_short 1", metrics, StringComparison.Ordinal);
        Assert.Contains("""platform_orders_payments{kind="charge",said="succeeded"} 1""", metrics, StringComparison.Ordinal);
        Assert.Contains("""platform_orders_payments{kind="charge",said="refused"} 1""", metrics, StringComparison.Ordinal);
    }

    private Task<string> MetricsAsync() => api.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
}

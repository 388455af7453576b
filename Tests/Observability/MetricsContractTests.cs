using Aspire.Hosting.Testing;
using Platform.Tests.Support;

namespace Platform.Tests.Observability;

public sealed class MetricsContractTests(Stack stack)
{
    [Fact]
    public async Task Traffic_goes_through_the_stack()
    {
        var app = await stack.AppAsync();
        await using var traffic = await StackTraffic.StartAsync(app);

        await traffic.GoesOnAsync(12);

        using var client = app.CreateHttpClient("api");
        Assert.Contains("platform_orders_placed_total", await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}

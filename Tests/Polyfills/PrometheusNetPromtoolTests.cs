using Platform.Tests.ServiceDefaults;
using Platform.Tests.Support;

namespace Platform.Tests.Polyfills;

/// <summary>The export as Prometheus' own checker reads it.</summary>
public sealed class PrometheusNetPromtoolTests(Stack stack)
{
    // What promtool answers when it read everything but finds a name unusual, which is the instruments' owners' affair.
    private const int OnlyNamesToComplainOf = 3;

    [Fact]
    public async Task Everything_a_service_exports_is_valid_to_promtool()
    {
        // It comes with the stack's Prometheus.
        await stack.AppAsync();
        await using var service = await TestService.StartAsync();
        await service.Client.GetAsync(new Uri("/nowhere", UriKind.Relative), TestContext.Current.CancellationToken);
        var metrics = await service.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        var (exitCode, complaints) = await PackagedProgram.RunAsync("promtool", ["check", "metrics"], metrics);
        var (brokenCode, _) = await PackagedProgram.RunAsync("promtool", ["check", "metrics"], metrics + "broken{ 1\n");

        Assert.True(exitCode is 0 or OnlyNamesToComplainOf, complaints);
        Assert.Equal(1, brokenCode);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.ServiceDefaults;

public sealed class MeasurementTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_logged_as_wrong_is_counted_and_nothing_else()
    {
        await using var service = await TestService.StartAsync(app => app.MapGet("/logs", (ILogger<MeasurementTests> logger) =>
        {
            logger.LogInformation("All is well");
            logger.LogWarning("It is not");
            logger.LogError("Not at all");
            logger.LogError("Really");
        }));

        await service.Client.GetAsync(new Uri("/logs", UriKind.Relative), Ended);

        Assert.Equal(new Dictionary<string, double> { ["warning"] = 1, ["error"] = 2, ["critical"] = 0 }, Observe(service, "Platform.Logs"));
    }

    [Fact]
    public async Task What_the_last_look_at_a_dependency_found_is_measured()
    {
        await using var service = await TestService.StartAsync(configure: builder => builder.Services.AddHealthChecks()
            .AddCheck("gone", () => HealthCheckResult.Unhealthy()).AddCheck("slow", () => HealthCheckResult.Degraded()));

        Assert.Empty(Observe(service, "Platform.Health"));
        await service.Client.GetAsync(new Uri("/health", UriKind.Relative), Ended);

        Assert.Equal(new Dictionary<string, double> { ["self"] = 1, ["accepting"] = 1, ["gone"] = 0, ["slow"] = 0.5 }, Observe(service, "Platform.Health"));
    }

    // Of this host alone: others in this process measure, too.
    private static Dictionary<string, double> Observe(TestService service, string meter)
    {
        var seen = new ConcurrentDictionary<string, double>();
        var meters = service.App.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == meter && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => seen[(string)tags[0].Value!] = value);
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => seen[(string)tags[0].Value!] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen.ToDictionary();
    }
}

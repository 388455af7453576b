using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Tests.Analytics.Recommendations;
using Platform.Tests.Emulators.Cosmos;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics.Projections;

/// <summary>Administrators see how far projections are, and have them built anew.</summary>
public sealed class ProjectionEndpointTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    private const string Address = "/analytics/projections";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_built_anew_when_an_administrator_asks_for_it()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        using var admin = analytics.ClientOf(Guid.CreateVersion7(), "admin");
        using var metrics = analytics.Client();
        // What is measured is kept from the first question on.
        await metrics.GetStringAsync("/metrics", Ended);
        var told = new Told(TimeProvider.System.GetUtcNow());
        await analytics.Services.GetRequiredService<EventStore>().WriteAsync([told.Interaction("view", Guid.CreateVersion7(), Guid.CreateVersion7())], Ended);
        using var worker = ActivatorUtilities.CreateInstance<ProjectionWorker>(
            analytics.Services, new ProjectionOptions(PageSize: 1_000, TakesOverAfter: TimeSpan.FromSeconds(1)), new ProjectionTelemetry(analytics.Services.GetRequiredService<IMeterFactory>()));
        await worker.StartAsync(Ended);
        await Eventually.HoldsAsync(async () => await ReadAsync(admin) is [1, 1], "the first generation has the event");

        using var asked = await admin.PostAsync($"{Address}/rebuild", null, Ended);

        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await Eventually.HoldsAsync(async () => await ReadAsync(admin) is [2, 1], "the second generation is read, and has the event");
        // How long after its commit it was projected is measured, in the generation that is read.
        Assert.Matches("(?m)^analytics_projection_lag_seconds_count(\\{[^}]*\\})? [1-9]", await metrics.GetStringAsync("/metrics", Ended));
        await worker.StopAsync(Ended);
    }

    [Fact]
    public async Task Administrators_alone_see_them_and_ask()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);

        await analytics.RefusesAllButAdministratorsAsync(HttpMethod.Get, Address);
        await analytics.RefusesAllButAdministratorsAsync(HttpMethod.Post, $"{Address}/rebuild");
    }

    /// <summary>Which generation is read, and how many events are in it; nothing while one is built.</summary>
    private static async Task<List<int>> ReadAsync(HttpClient client)
    {
        var answer = (await client.GetFromJsonAsync<JsonNode>(Address, Ended))!;
        return answer["building"] is null ? [answer["serving"]!["generation"]!.GetValue<int>(), answer["serving"]!["events"]!.GetValue<int>()] : [];
    }
}

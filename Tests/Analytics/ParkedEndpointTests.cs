using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Analytics.Ingest;
using Platform.Tests.Analytics.Recommendations;
using Platform.Tests.Emulators.Cosmos;
using static Platform.Tests.Analytics.EventWriter;

namespace Platform.Tests.Analytics;

/// <summary>Administrators see what is parked and why, and ask for it to be written after all.</summary>
public sealed class ParkedEndpointTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    private const string Address = "/analytics/parked";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_parked_is_shown_with_its_reason_until_it_is_replayed()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        using var admin = analytics.ClientOf(Guid.CreateVersion7(), "admin");
        await analytics.Services.GetRequiredService<EventStore>().WriteAsync([Event("book:1", 1, new string('x', 3_000_000)), Event("book:1", 2), Event("book:2", 3)], Ended);

        var before = await ReadAsync(admin);
        using var asked = await admin.PostAsync($"{Address}/book:1/replay", null, Ended);
        using var again = await admin.PostAsync($"{Address}/book:1/replay", null, Ended);
        var meanwhile = await ReadAsync(admin);
        await analytics.Services.GetRequiredService<ParkedReplay>().RunAsync("book:1", Ended);
        var after = await ReadAsync(admin);

        var stream = before["items"]!.AsArray().Single()!;
        Assert.Equal(("book:1", 2, "1", "test.happened"), (stream["stream"]!.ToString(), stream["events"]!.GetValue<int>(), stream["eventId"]!.ToString(), stream["type"]!.ToString()));
        Assert.Contains("413", stream["reason"]!.ToString(), StringComparison.Ordinal);
        Assert.Null(stream["replayAskedAt"]);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (asked.StatusCode, again.StatusCode));
        Assert.NotNull(meanwhile["items"]!.AsArray().Single()!["replayAskedAt"]);
        Assert.Equal("""{"items":[],"streams":0}""", after.ToJsonString());
    }

    [Fact]
    public async Task Administrators_alone_see_it_and_ask()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);

        await analytics.RefusesAllButAdministratorsAsync(HttpMethod.Get, Address);
        await analytics.RefusesAllButAdministratorsAsync(HttpMethod.Post, $"{Address}/book:1/replay");
    }

    [Fact]
    public async Task Before_anything_happened_nothing_is_parked()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        using var admin = analytics.ClientOf(Guid.CreateVersion7(), "admin");

        Assert.Equal("""{"items":[],"streams":0}""", (await ReadAsync(admin)).ToJsonString());
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync($"{Address}/book:1/replay", null, Ended)).StatusCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("many")]
    public async Task A_limit_that_cannot_be_is_refused(string limit)
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        using var admin = analytics.ClientOf(Guid.CreateVersion7(), "admin");

        using var answer = await admin.GetAsync($"{Address}?limit={limit}", Ended);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"limit\"", await answer.Content.ReadAsStringAsync(Ended), StringComparison.Ordinal);
    }

    private static async Task<JsonNode> ReadAsync(HttpClient client) => (await client.GetFromJsonAsync<JsonNode>(Address, Ended))!;
}

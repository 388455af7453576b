using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Platform.Analytics.Events;
using Platform.Analytics.Forgetting;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Recommendations.Serving;
using Platform.Tests.Analytics.Recommendations;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics.Forgetting;

/// <summary>Of whoever asked to be forgotten nothing is left, nothing comes back, and both can be seen.</summary>
public sealed class ForgettingTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    private static readonly Guid[] Books = HandMadeModel.Books(4);
    private readonly Guid _user = Guid.CreateVersion7();
    private readonly Guid _other = Guid.CreateVersion7();

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_says_who_it_was_is_removed_and_the_receipt_says_what()
    {
        await using var analytics = await FilledAsync();
        var found = new Traces(2, 2, 2, 1, 1, 1);
        Assert.Equal(found, await analytics.Services.GetRequiredService<PersonalTraces>().CountAsync(_user, Ended));
        var others = await analytics.Services.GetRequiredService<PersonalTraces>().CountAsync(_other, Ended);

        await AskAsync(analytics);
        var begun = await ForgetAsync(analytics);
        // The projectors have not come to it yet.
        Assert.Equal((found, Traces.None with { Histories = 1 }, null), (begun!.Found, begun.Left, begun.DoneAt));
        await analytics.KnowAsync(_user, "9");
        var done = await ForgetAsync(analytics);

        Assert.Equal((found, Traces.None), (done!.Found, done.Left));
        Assert.NotNull(done.DoneAt);
        Assert.Equal(others, await analytics.Services.GetRequiredService<PersonalTraces>().CountAsync(_other, Ended));
        // What was sold was sold, to nobody; whoever reads it again is told that it is not the first time.
        var order = await analytics.Database.GetContainer("events").ReadItemAsync<JsonObject>("order-1", new PartitionKey("order:1"), cancellationToken: Ended);
        Assert.Equal(("""{"status":"paid"}""", 1), (order.Resource["data"]!.ToJsonString(), order.Resource["revision"]!.GetValue<int>()));
        using var admin = analytics.ClientOf(Guid.CreateVersion7(), "admin");
        var receipt = await admin.GetFromJsonAsync<JsonNode>($"/analytics/forgotten/{_user}", Ended);
        Assert.Equal((2, 0), (receipt!["receipt"]!["found"]!["events"]!.GetValue<int>(), receipt["now"]!["events"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Asked_and_done_again_it_is_as_it_was()
    {
        await using var analytics = await FilledAsync();
        await AskAsync(analytics);
        await analytics.KnowAsync(_user, "9");
        var done = await ForgetAsync(analytics);

        await AskAsync(analytics);
        var again = await analytics.Services.GetRequiredService<ForgottenUsers>().FindAsync(_user, Ended);

        Assert.Equal((done!.Found, done.DoneAt), (again!.Found, again.DoneAt));
        Assert.Empty(await analytics.Services.GetRequiredService<ForgottenUsers>().UnfinishedAsync(Ended));
    }

    [Fact]
    public async Task Several_who_remove_the_same_at_once_do_not_hinder_each_other()
    {
        await using var analytics = await FilledAsync();
        await analytics.KnowAsync(_user, "9");
        var traces = analytics.Services.GetRequiredService<PersonalTraces>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => traces.RemoveAsync(_user, Ended)));

        Assert.Equal(Traces.None, await traces.CountAsync(_user, Ended));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Broken_off_anywhere_it_is_done_by_whoever_comes_next(int seed)
    {
        await using var analytics = await FilledAsync();
        await AskAsync(analytics);
        await analytics.KnowAsync(_user, "9");
        var random = new Random(seed);
        Traces? found = null;
        for (var attempt = 0; attempt < 8; attempt++)
        {
            using var broken = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 60)));
            try
            {
                await ForgetAsync(analytics, broken.Token);
            }
            catch (OperationCanceledException)
            {
                // As meant.
            }

            var now = await analytics.Services.GetRequiredService<ForgottenUsers>().FindAsync(_user, Ended);
            // What is written down stays as it is.
            Assert.True(found is null || found == now!.Found);
            found = now!.Found;
        }

        await ForgetAsync(analytics);

        Assert.Equal(Traces.None, await analytics.Services.GetRequiredService<PersonalTraces>().CountAsync(_user, Ended));
    }

    [Fact]
    public async Task What_comes_later_does_not_bring_it_back()
    {
        await using var analytics = await FilledAsync();
        var forgetfulness = analytics.Services.GetRequiredService<Forgetfulness>();
        var asked = Event("9-1", $"forgotten:{_user}", ForgetMessage.EventType, new { });
        AnalyticsEvent[] events =
        [
            Event("8-1", $"user:{_user}", "interaction.view", new { user_id = _user, book_id = Books[0] }), asked,
            Event("9-2", "order:2", "order.updated", new { user_id = _user, status = "delivered" }),
            Event("9-3", "order:3", "order.updated", new { user_id = _other, status = "delivered" }), Event("9-4", "book:1", "book.updated", new { title = "Emma" }),
        ];

        // What happened before it, and is delivered with it, is as little kept.
        var kept = await forgetfulness.ApplyAsync(events, Ended);
        Assert.Equal([asked.Id, "9-2", "9-3", "9-4"], kept.Select(one => one.Id));
        Assert.Equal("""{"status":"delivered"}""", kept[1].Data.GetRawText());
        Assert.Equal(events[3], kept[2]);

        // Another instance, after a crash: the delivery comes again from before.
        var next = new Forgetfulness(analytics.Services.GetRequiredService<ForgottenUsers>(), analytics.Services.GetRequiredService<EventContainers>());
        await next.LoadAsync(Ended);
        Assert.Empty(await next.ApplyAsync([events[0]], Ended));
    }

    [Fact]
    public async Task A_vector_that_was_being_kept_meanwhile_is_not()
    {
        await using var analytics = await FilledAsync();
        var vectors = analytics.Services.GetRequiredService<ReaderVectors>();
        await AskAsync(analytics);

        await vectors.KeepAsync(new ReaderHistory(_user, new Dictionary<Guid, HistoryEntry>(), "8"), "v2", [1, 0], Ended);
        await vectors.KeepAsync(new ReaderHistory(_other, new Dictionary<Guid, HistoryEntry>(), "8"), "v2", [1, 0], Ended);

        Assert.Null(await vectors.FindAsync(_user, Ended));
        Assert.Equal("v2", (await vectors.FindAsync(_other, Ended))!.Model);
    }

    [Fact]
    public async Task What_comes_to_light_when_it_is_looked_at_is_removed_as_well()
    {
        await using var analytics = await FilledAsync();
        await AskAsync(analytics);
        await analytics.KnowAsync(_user, "9");
        Assert.NotNull((await ForgetAsync(analytics))!.DoneAt);
        await AddAsync(analytics, "order-9", "order:9", "order.added", new { user_id = _user });
        using var admin = analytics.ClientOf(Guid.CreateVersion7(), "admin");

        var proof = await admin.GetFromJsonAsync<JsonNode>($"/analytics/forgotten/{_user}", Ended);
        var again = await ForgetAsync(analytics);

        Assert.Equal(1, proof!["now"]!["mentions"]!.GetValue<int>());
        Assert.Equal(Traces.None, again!.Left);
        Assert.NotNull(again.DoneAt);
    }

    [Fact]
    public async Task Receipts_are_for_administrators()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        var address = $"/analytics/forgotten/{_user}";

        foreach (var (client, status) in new[] { (analytics.Client(), HttpStatusCode.Unauthorized), (analytics.ClientOf(_user), HttpStatusCode.Forbidden), (analytics.ClientOf(_user, "admin"), HttpStatusCode.NotFound) })
        {
            using var answer = await client.GetAsync(address, Ended);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    // Something of each kind, of two users.
    private async Task<ServedAnalytics> FilledAsync()
    {
        var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        await analytics.ServeAsync(HandMadeModel.Of(Books, [1, 0], [0.9f, 0.1f], [0, 1], [0.1f, 0.9f]));
        foreach (var (name, key) in new[] { ("events", "/stream"), ("parked", "/stream"), ("forgotten", "/id"), (ProjectionContainers.AggregatesName(1), "/subject"), (ProjectionContainers.StateName, "/id") })
            await analytics.Database.CreateContainerAsync(name, key, cancellationToken: Ended);
        await analytics.Database.GetContainer(ProjectionContainers.StateName).CreateItemAsync(new { id = "checkpoint-1", page = 7, ranges = Array.Empty<int>() }, cancellationToken: Ended);
        foreach (var (user, number) in new[] { (_user, 1), (_other, 2) })
        {
            await AddAsync(analytics, "view-1", $"user:{user}", "interaction.view", new { user_id = user, book_id = Books[0] });
            await AddAsync(analytics, "view-2", $"user:{user}", "interaction.view", new { user_id = user, book_id = Books[1] });
            await AddAsync(analytics, $"order-{number}", $"order:{number}", "order.added", new { user_id = user, status = "paid" });
            await AddAsync(analytics, $"review-{number}", $"book:{Books[2]}", "book.review-added", new { user_id = user, rating = 5 });
            foreach (var (id, stream) in new[] { ("late", $"user:{user}"), ($"late-{number}", $"order:{number}") })
                await analytics.Database.GetContainer("parked").CreateItemAsync(new ParkedEvent(id, stream, "order.updated", default, "8", default, null, JsonSerializer.Serialize(new { user_id = user })), new PartitionKey(stream), cancellationToken: Ended);
            await analytics.Database.GetContainer(ProjectionContainers.AggregatesName(1)).CreateItemAsync(
                new { id = "facts", subject = $"order:{number}", page = 7, now = new { user = (Guid?)null, isPaid = true }, before = new { user, isPaid = true } }, cancellationToken: Ended);
            await analytics.KnowAsync(user, "8", new HistoryEntry(Books[0], default, default, Rating: 5));
            await analytics.Recommendations.ForAsync(user, 2, 0, Ended);
        }

        return analytics;
    }

    private static AnalyticsEvent Event(string id, string stream, string type, object data) => new(id, stream, type, DateTimeOffset.UnixEpoch, id, JsonSerializer.SerializeToElement(data));

    private static async Task AddAsync(ServedAnalytics analytics, string id, string stream, string type, object data) =>
        await analytics.Database.GetContainer("events").CreateItemAsync(Event(id, stream, type, data), new PartitionKey(stream), cancellationToken: Ended);

    private Task AskAsync(ServedAnalytics analytics) => analytics.Services.GetRequiredService<ForgottenUsers>().AddAsync(new ForgottenUser(_user, DateTimeOffset.UnixEpoch, "9-1"), Ended);

    private async Task<ForgottenUser?> ForgetAsync(ServedAnalytics analytics, CancellationToken? cancellationToken = null) =>
        await analytics.Services.GetRequiredService<ForgettingWorker>().ForgetAsync((await analytics.Services.GetRequiredService<ForgottenUsers>().FindAsync(_user, Ended))!, cancellationToken ?? Ended);
}

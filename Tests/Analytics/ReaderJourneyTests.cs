using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Analytics.Ingest;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Versions;
using Platform.Tests.Analytics.Recommendations;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics;

/// <summary>All the way through both services: from what a reader does to what is recommended, and to nothing of either.</summary>
public sealed class ReaderJourneyTests(Stack stack) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private StoredDatabase _stored = null!;
    private AnalyticsProcess _analytics = null!;
    private ApiProcess _api = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stored = await StoredDatabase.CreateAsync(stack);
        var (api, analytics) = (ServiceProcess.FreeAddress().OriginalString, ServiceProcess.FreeAddress().OriginalString);
        _analytics = _stored.Start(("Urls", analytics), ("Api:Address", api));
        _api = await ApiProcess.StartAsync(_stored.Database, ("Urls", api), ("Analytics:Address", analytics), ("Analytics:Timeout", "00:00:10"));
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _analytics.DisposeAsync();
        await _stored.DisposeAsync();
    }

    [Fact]
    public async Task What_a_reader_does_counts_within_seconds_and_is_gone_when_the_reader_is()
    {
        var books = new List<Guid>();
        foreach (var title in new[] { "Emma", "Persuasion", "Sanditon", "Dracula", "Carmilla", "The Vampyre" })
            books.Add(await _stored.AddBookAsync(title));
        // Two kinds of books.
        await PublishAsync(HandMadeModel.Of([.. books], [1, 0], [0.9f, 0.1f], [0.8f, 0.1f], [0, 1], [0.1f, 0.9f], [0.1f, 0.8f]));
        using var reader = _api.CreateClient();
        var (user, _) = await reader.RegisterAsync(_stored.Database, "reader@example.org");
        using var admin = _api.CreateClient();
        await admin.LogInAsAdminAsync(_stored.Database);

        // The first one shows that everything is there.
        await TellAsync(reader, "view", books[0]);
        await Eventually.HoldsAsync(async () => (await TitlesAsync(reader)).FirstOrDefault() is "Emma" or "Persuasion", "there are recommendations", TimeSpan.FromMinutes(2));

        await TellAsync(reader, "shelf-add", books[3], "read");
        await Eventually.HoldsAsync(async () => await TitlesAsync(reader) is ["Carmilla", "The Vampyre", ..], "what was read counts", Soon);
        var answer = await reader.ReadAsync("/api/v1/recommendations/me?limit=2");
        Assert.Equal((HandMadeModel.Version, "read"), (answer["model"]!.GetValue<string>(), answer["items"]![0]!["because"]![0]!["reason"]!.GetValue<string>()));

        await TellAsync(reader, "hide", books[4]);
        await Eventually.HoldsAsync(async () => !(await TitlesAsync(reader)).Contains("Carmilla"), "what was hidden is not offered", Soon);
        Assert.NotEmpty(await SayingAsync(user));

        Assert.Equal(HttpStatusCode.NoContent, (await reader.SendAsync(HttpMethod.Delete, "/api/v1/users/me", new { password = Accounts.Password })).Status);

        using var analytics = _analytics.CreateClient();
        analytics.DefaultRequestHeaders.Authorization = admin.DefaultRequestHeaders.Authorization;
        JsonNode? receipt = null;
        await Eventually.HoldsAsync(async () =>
        {
            using var asked = await analytics.GetAsync($"/analytics/forgotten/{user}", Ended);
            receipt = asked.IsSuccessStatusCode ? await asked.Content.ReadFromJsonAsync<JsonNode>(Ended) : null;
            return receipt?["receipt"]!["doneAt"] is not null;
        }, "the reader is forgotten", TimeSpan.FromMinutes(1));
        Assert.Equal(3, receipt!["receipt"]!["found"]!["events"]!.GetValue<int>());
        Assert.All(receipt["now"]!.AsObject(), one => Assert.Equal(0, one.Value!.GetValue<int>()));
        Assert.Empty(await SayingAsync(user));
    }

    private static async Task TellAsync(HttpClient reader, string kind, Guid book, string? shelf = null)
    {
        var answer = await reader.SendAsync(HttpMethod.Post, "/api/v1/interactions", new { interactions = new[] { new { id = Guid.CreateVersion7(), kind, bookId = book, shelf } } });
        Assert.True(answer.Body?["accepted"]?.GetValue<int>() == 1, answer.Body?.ToJsonString());
    }

    private static async Task<List<string>> TitlesAsync(HttpClient reader)
    {
        var answer = await reader.SendAsync(HttpMethod.Get, "/api/v1/recommendations/me");
        return answer.Status == HttpStatusCode.OK ? [.. answer.Body!["items"]!.AsArray().Select(item => item!["book"]!["title"]!.GetValue<string>())] : [];
    }

    // What has the reader's number in it, whatever it is; but that it is to be forgotten.
    private async Task<List<string>> SayingAsync(Guid user)
    {
        List<string> saying = [];
        foreach (var name in new[] { "events", "parked", "vectors", "aggregates-1", "histories-1" })
        {
            using var pages = _stored.Cosmos.Client.GetContainer("analytics", name).GetItemQueryIterator<JsonObject>("SELECT * FROM c");
            while (pages.HasMoreResults)
            {
                saying.AddRange((await pages.ReadNextAsync(Ended)).Where(item => item["type"]?.GetValue<string>() != "user.forgotten" && item["books"]?.AsArray().Count != 0)
                    .Select(item => item.ToJsonString()).Where(text => text.Contains(user.ToString(), StringComparison.Ordinal)));
            }
        }

        return saying;
    }

    private async Task PublishAsync(RecommendationModel model)
    {
        var services = new ModelContainers(_stored.Cosmos.Client, new EventStoreOptions("analytics", 1, 1));
        var version = new ModelVersion(model.Version, ModelState.Publishing, model.TrainedAt, model.AsOf, model.Dimensions, model.Books.Length, 20, new Evaluation(1, 1, 1, 20), new Evaluation(0, 0, 0, 20), Parameters.Default);
        Assert.True(await new ModelStore(services).PublishAsync(version, model, null, Ended));
    }
}

using System.Net;
using Platform.Tests.Analytics;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Emulators.Cosmos;
using Platform.Tests.Realtime;
using Platform.Tests.Realtime.Clients;
using Platform.Tests.Support;

namespace Platform.Tests.Observability;

/// <summary>One trace from a request to all that comes of it, in every service: by the spans that the processes export.</summary>
public sealed class TraceTests(Stack stack) : IAsyncLifetime
{
    private PublishedLog _log = null!;
    private StoredDatabase _stored = null!;
    private OtlpCollector _collector = null!;
    private ApiProcess _api = null!;
    private RealtimeProcess _realtime = null!;
    private AnalyticsProcess _analytics = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _collector = await OtlpCollector.StartAsync();
        _log = await PublishedLog.CreateAsync(stack);
        _stored = StoredDatabase.Of(_log.Database, await CosmosEmulator.StartAsync());
        _analytics = _stored.Start(_collector.SettingsOf("analytics"));
        _api = await ApiProcess.StartAsync(_log.Database, _collector.SettingsOf("api"));
        _realtime = await _log.StartNodeAsync([("Api:Address", _api.Address.OriginalString), .. _collector.SettingsOf("realtime")]);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _analytics.DisposeAsync();
        await _stored.Cosmos.DisposeAsync();
        await _stored.DropSlotAsync();
        await _log.DisposeAsync();
        await _collector.DisposeAsync();
    }

    [Fact]
    public async Task A_change_is_one_trace_from_the_request_to_the_push_and_the_event_store()
    {
        using var admin = _api.CreateClient();
        await admin.LogInAsAdminAsync(_log.Database);
        var book = await admin.AddAsync("/api/v1/books", new { title = "Middlemarch" });
        await using var client = await ChangesClient.ConnectAsync(_realtime.Address);
        await client.SubscribeAsync($"books/{book}", await _log.NowAsync());
        await _stored.HoldsAsync(book, events => events.Count > 0);

        var etag = await ETagAsync(admin, book);
        Assert.Equal(HttpStatusCode.OK, (await admin.SendAsync(HttpMethod.Put, $"/api/v1/books/{book}", new { title = "Middlemarch, A Study of Provincial Life" }, ifMatch: etag)).Status);
        await client.ToldAsync(1);
        await _stored.HoldsAsync(book, events => events.Count > 1);

        List<OtlpSpan> trace = [];
        await Eventually.HoldsAsync(() =>
        {
            var spans = _collector.Spans();
            var request = spans.LastOrDefault(span => span is { Service: "api", Name: "PUT /api/v1/books/{id}" });
            trace = [.. spans.Where(span => span.Trace == request?.Trace)];
            // Those of Redis are made once a second.
            return Task.FromResult(trace.Exists(span => span.Name == "push changes") && trace.Exists(IsCommandOfTheApi) && trace.Exists(span => span.Source == "Azure.Cosmos.Operation"));
        }, "the trace is exported");

        var request = Assert.Single(trace, span => span.Parent.Length == 0);
        Assert.Equal(("api", "PUT /api/v1/books/{id}"), (request.Service, request.Name));
        // SQL, and the cache that is told, belong to the request.
        Assert.Contains(trace, span => span is { Service: "api", Source: "Npgsql" } && span.Parent == request.Id);
        Assert.Contains(trace, span => IsCommandOfTheApi(span) && span.Parent == request.Id);
        // By the WAL to the node that publishes, and by the log to the client.
        var published = Assert.Single(trace, span => span.Name == $"receive {RealtimeProcess.SlotOf(_log.Database)}");
        Assert.Equal(("realtime", "Platform.ChangeStream", request.Id), (published.Service, published.Source, published.Parent));
        Assert.Contains(trace, span => span.Name == "publish changes" && span.Parent == published.Id);
        Assert.Contains(trace, span => span is { Service: "realtime", Name: "push changes" } && span.Parent == published.Id);
        // And by the other slot to Cosmos DB.
        var taken = Assert.Single(trace, span => span.Name == $"receive {AnalyticsProcess.SlotOf(_log.Database)}");
        Assert.Equal(("analytics", request.Id), (taken.Service, taken.Parent));
        var stored = Assert.Single(trace, span => span.Name == "store events");
        Assert.Equal(taken.Id, stored.Parent);
        Assert.Contains(trace, span => span.Source == "Azure.Cosmos.Operation" && span.Parent == stored.Id);
        Assert.All(trace, span => Assert.True(span.End >= span.Start, span.Name));
    }

    private static bool IsCommandOfTheApi(OtlpSpan span) => span.Service == "api" && span.Source.Contains("Redis", StringComparison.Ordinal);

    private static async Task<string> ETagAsync(HttpClient client, Guid book)
    {
        using var answer = await client.GetAsync($"/api/v1/books/{book}", Ended);
        return answer.Headers.ETag!.ToString();
    }
}

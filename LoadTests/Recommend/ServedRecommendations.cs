using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Analytics.Ingest;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Serving;
using Platform.LoadTests.Events;
using Platform.LoadTests.Http;
using Platform.ServiceDefaults.Tokens;

namespace Platform.LoadTests.Recommend;

/// <summary>What the service answers, from a process of its own; the bench stands in for the Api, whose keys it publishes.</summary>
internal sealed class ServedRecommendations : IAsyncDisposable
{
    private readonly WebApplication _api;
    private readonly ServerProcess _service;
    private readonly VerificationKey _key;
    private readonly HttpClient _client = new();

    private ServedRecommendations(WebApplication api, ServerProcess service, VerificationKey key) => (_api, _service, _key) = (api, service, key);

    internal static async Task<ServedRecommendations> StartAsync(CosmosServer cosmos, CancellationToken cancellationToken)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new VerificationKey(pair.ExportSubjectPublicKeyInfo(), pair.ExportPkcs8PrivateKey(), DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var api = builder.Build();
        api.MapGet("/.well-known/jwks.json", () => new JsonWebKeys([new JsonWebKey("EC", "P-256", "sig", "ES256", key.Id, key.X, key.Y)]));
        await api.StartAsync(cancellationToken);
        // Nothing happens in a database meanwhile: there is none.
        var service = ServerProcess.Start(typeof(EventIngest).Assembly.Location, [], new Dictionary<string, string>
        {
            ["ConnectionStrings__cosmos"] = cosmos.ConnectionString, ["Analytics__Database"] = TrainedStore.Name, ["Api__Address"] = api.Urls.First(),
            ["ConnectionStrings__platform-replicator"] = "Host=127.0.0.1;Port=9;Username=none;Database=none", ["Logging__LogLevel__Platform.Analytics.Ingest"] = "None", ["Logging__LogLevel__Platform.ChangeStream"] = "None",
        }, processor: null);
        var served = new ServedRecommendations(api, service, key);
        await service.ReadyAsync(served._client, "/alive", cancellationToken);
        return served;
    }

    /// <summary>Asks for a reader, until a model answers; the numbers of the books, and how long it took.</summary>
    internal async Task<(IReadOnlyList<int> Books, TimeSpan Time)> AskAsync(int reader, CancellationToken cancellationToken)
    {
        for (; ; await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken))
        {
            var clock = Stopwatch.StartNew();
            var answer = await AnswerAsync(reader, cancellationToken);
            if (answer.Model != ColdStart.Name)
                return ([.. answer.Items.Select(item => Goodbooks.NumberOf(item.Book))], clock.Elapsed);
        }
    }

    private async Task<RecommendationAnswer> AnswerAsync(int reader, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_service.Address, $"/recommendations/users/{Goodbooks.ReaderId(reader)}?limit={Evaluation.Offered}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", new AccessToken(Goodbooks.ReaderId(reader), Guid.CreateVersion7(), [], now, now + AccessToken.Lifetime).Sign(_key));
        using var response = await _client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<RecommendationAnswer>(JsonSerializerOptions.Web, cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        _service.Dispose();
        _client.Dispose();
        await _api.DisposeAsync();
    }
}

using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Platform.Tests.Support;

namespace Platform.Tests.Observability;

/// <summary>The running stack while people use it, and what its Prometheus knows.</summary>
public sealed class MeasuredStack(Stack stack) : IAsyncLifetime
{
    private StackTraffic? _traffic;
    private HttpClient _prometheus = null!;

    /// <summary>A client of the Api.</summary>
    public HttpClient Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var app = await stack.AppAsync();
        (Api, _prometheus) = (app.CreateHttpClient("api"), app.CreateHttpClient("prometheus"));
        _traffic = await StackTraffic.StartAsync(app);
        await _traffic.GoesOnAsync(12);
    }

    public async ValueTask DisposeAsync()
    {
        if (_traffic is not null)
        {
            await _traffic.DisposeAsync();
        }

        Api?.Dispose();
        _prometheus?.Dispose();
    }

    /// <summary>What an expression answers now; fails when it is none.</summary>
    public async Task<JsonArray> QueryAsync(string expression) => (await AskAsync($"query?query={Uri.EscapeDataString(expression)}"))["result"]!.AsArray();

    /// <summary>The labels of all series that a selection finds.</summary>
    public async Task<IReadOnlyList<Dictionary<string, string>>> SeriesAsync(string selector) =>
        [.. (await QueryAsync(selector)).Select(one => one!["metric"]!.AsObject().ToDictionary(label => label.Key, label => label.Value!.GetValue<string>()))];

    /// <summary>The rules that it evaluates.</summary>
    public async Task<IReadOnlyList<JsonNode>> RulesAsync() =>
        [.. (await AskAsync("rules"))["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(rule => rule!)];

    /// <summary>The types of all metrics, as exported.</summary>
    public async Task<Dictionary<string, string>> TypesAsync() =>
        (await AskAsync("metadata")).AsObject().ToDictionary(metric => metric.Key, metric => metric.Value![0]!["type"]!.GetValue<string>());

    /// <summary>Waits until nothing is missing any more, for as long as the slowest of what is measured takes.</summary>
    public static async Task NothingIsMissingAsync(Func<Task<IReadOnlyList<string>>> missing)
    {
        IReadOnlyList<string> last = [];
        try
        {
            // A model is looked for each minute, and rates need a few scrapes.
            await Eventually.HoldsAsync(async () => (last = await missing()).Count == 0, "nothing is missing", TimeSpan.FromMinutes(10));
        }
        catch (Xunit.Sdk.FailException)
        {
            Assert.Fail($"Still missing:\n{string.Join('\n', last)}");
        }
    }

    private async Task<JsonNode> AskAsync(string path)
    {
        using var response = await _prometheus.GetAsync($"/api/v1/{path}", TestContext.Current.CancellationToken);
        var answer = (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
        Assert.True(response.IsSuccessStatusCode, $"{path}: {answer["error"]}");
        return answer["data"]!;
    }
}

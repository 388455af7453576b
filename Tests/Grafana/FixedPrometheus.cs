using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Grafana;

/// <summary>Answers as Prometheus does, always the same: for each expression the series that the test has given.</summary>
internal sealed class FixedPrometheus : IAsyncDisposable
{
    private readonly WebApplication _site;
    private readonly Dictionary<string, (JsonObject Labels, double[] Values)[]> _series;
    private readonly ConcurrentQueue<string> _asked = [];

    private FixedPrometheus(WebApplication site, Dictionary<string, (JsonObject Labels, double[] Values)[]> series) => (_site, _series) = (site, series);

    public string Address => _site.Urls.Single();

    /// <summary>What was asked: the path, and the expression.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    /// <param name="series">By expression; an expression that is not there is an error. Of a range, the values are its last.</param>
    public static async Task<FixedPrometheus> StartAsync(Dictionary<string, (JsonObject Labels, double[] Values)[]> series)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        var prometheus = new FixedPrometheus(site, series);
        site.MapMethods("/{**path}", ["GET", "POST"], (string path, HttpRequest request) => prometheus.AnswerAsync(path, request));
        await site.StartAsync(TestContext.Current.CancellationToken);
        return prometheus;
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    private async Task<IResult> AnswerAsync(string path, HttpRequest request)
    {
        var form = request.HasFormContentType ? await request.ReadFormAsync() : null;
        string? Parameter(string name) => form?[name].ToString() ?? request.Query[name].ToString();
        _asked.Enqueue($"{path} {Parameter("query")}");
        if (path.StartsWith("api/v1/label/", StringComparison.Ordinal))
            return Success(new JsonArray("a.b", "c"));
        if (!_series.TryGetValue(Parameter("query")!, out var series))
            return Results.Json(new { status = "error", errorType = "bad_data", error = "no such expression" }, statusCode: 400);
        if (path == "api/v1/query")
            return Success(Result("vector", series.Select(one => new JsonObject { ["metric"] = one.Labels.DeepClone(), ["value"] = Sample(Number("time"), one.Values[^1]) })));
        return Success(Result("matrix", series.Select(one => new JsonObject
        {
            ["metric"] = one.Labels.DeepClone(),
            ["values"] = new JsonArray([.. one.Values.Select((value, index) => Sample(Number("end") - ((one.Values.Length - 1 - index) * Number("step")), value))]),
        })));

        double Number(string name) => double.Parse(Parameter(name)!, CultureInfo.InvariantCulture);
    }

    private static JsonArray Sample(double time, double value) => [time, value.ToString(CultureInfo.InvariantCulture)];

    private static JsonObject Result(string type, IEnumerable<JsonObject> series) => new() { ["resultType"] = type, ["result"] = new JsonArray([.. series]) };

    private static IResult Success(JsonNode data) => Results.Json(new JsonObject { ["status"] = "success", ["data"] = data });
}

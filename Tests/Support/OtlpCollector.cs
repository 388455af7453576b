using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Support;

/// <summary>An OTLP collector that speaks HTTP and keeps what it was sent.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();

    private OtlpCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/{signal}", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
            _received.Enqueue((request.Path, body.ToArray()));
        });
    }

    public string Address => _app.Urls.Single();

    /// <summary>What has a service send everything here, soon.</summary>
    public (string Key, string Value)[] SettingsOf(string service) =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME", service), ("OTEL_BSP_SCHEDULE_DELAY", "200"),
    ];

    public static async Task<OtlpCollector> StartAsync()
    {
        var collector = new OtlpCollector();
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>What came, as text: Protobuf holds strings as plain UTF-8.</summary>
    public string Sent(string path) => string.Concat(_received.Where(request => request.Path == path).Select(request => Encoding.UTF8.GetString(request.Body)));

    /// <summary>The spans that came so far.</summary>
    public IReadOnlyList<OtlpSpan> Spans() => [.. _received.Where(request => request.Path == "/v1/traces").SelectMany(request => OtlpSpan.Read(request.Body))];

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

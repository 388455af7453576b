using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.ServiceDefaults;

public sealed class TelemetryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Traces_metrics_and_logs_reach_the_collector_under_the_service_name()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var service = await TestService.StartAsync(
            app => app.MapGet("/shelves/{id:int}", (int id, ILogger<TelemetryTests> logger) =>
            {
                logger.LogInformation("A shelf was looked at");
                return "shelf";
            }),
            configure: null,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_SERVICE_NAME", "shelving"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=one")))
        {
            await service.Client.GetStringAsync(new Uri("/shelves/7", UriKind.Relative), Cancellation);
            await service.App.StopAsync(Cancellation);
        }

        Assert.All(["/v1/traces", "/v1/metrics", "/v1/logs"], path => Assert.Contains("shelving", collector.Sent(path), StringComparison.Ordinal));
        Assert.Contains("GET /shelves/{id:int}", collector.Sent("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", collector.Sent("/v1/metrics"), StringComparison.Ordinal);
        Assert.Contains("A shelf was looked at", collector.Sent("/v1/logs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_measurements_of_the_cache_reach_the_collector()
    {
        using var meter = new Meter(CacheTelemetry.MeterName);
        await using var collector = await OtlpCollector.StartAsync();
        await using (var service = await TestService.StartAsync(
            map: null,
            configure: null,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")))
        {
            new CacheTelemetry(meter).Family("shelf").MemoryHit();
            await service.App.StopAsync(Cancellation);
        }

        Assert.Contains("hits_total", collector.Sent("/v1/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_span_says_route_status_and_address()
    {
        var id = Guid.CreateVersion7();
        using var spans = new Spans(span => span.GetTagItem("url.path") is string path && path.Contains(id.ToString(), StringComparison.Ordinal));
        await using var service = await TestService.StartAsync(app => app.MapGet("/loans/{id}", (Guid id) => "loan"));

        await service.Client.GetStringAsync(new Uri($"/loans/{id}", UriKind.Relative), Cancellation);

        var span = await spans.FirstAsync();
        Assert.Equal("GET /loans/{id}", span.DisplayName);
        Assert.Equal("/loans/{id}", span.GetTagItem("http.route"));
        Assert.Equal(200, span.GetTagItem("http.response.status_code"));
        Assert.Equal("GET", span.GetTagItem("http.request.method"));
        Assert.Equal("127.0.0.1", span.GetTagItem("server.address"));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Fact]
    public async Task A_failed_request_marks_its_span_with_the_exception_and_a_client_error_does_not()
    {
        var id = Guid.CreateVersion7();
        using var spans = new Spans(span => span.GetTagItem("url.path") is string path && path.Contains(id.ToString(), StringComparison.Ordinal));
        await using var service = await TestService.StartAsync(app =>
            app.MapGet("/fails/{id}", string (Guid id) => throw new InvalidOperationException("broken")));

        await service.Client.GetAsync(new Uri($"/fails/{id}", UriKind.Relative), Cancellation);
        var failed = await spans.FirstAsync();
        await service.Client.GetAsync(new Uri($"/nowhere/{id}", UriKind.Relative), Cancellation);
        var missing = await spans.FirstAsync();

        Assert.Equal("GET /fails/{id}", failed.DisplayName);
        Assert.Equal(500, failed.GetTagItem("http.response.status_code"));
        Assert.Equal("System.InvalidOperationException", failed.GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Error, failed.Status);
        Assert.Contains(failed.Events, activityEvent => activityEvent.Name == "exception");
        Assert.Equal("GET", missing.DisplayName);
        Assert.Equal(404, missing.GetTagItem("http.response.status_code"));
        Assert.Equal(ActivityStatusCode.Unset, missing.Status);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    [InlineData("/metrics")]
    public async Task Upkeep_is_not_traced(string path)
    {
        using var spans = new Spans(span => path.Equals(span.GetTagItem("url.path")));
        await using var service = await TestService.StartAsync();

        await service.Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);

        Assert.False((await spans.FirstAsync()).Recorded);
    }

    [Fact]
    public async Task What_upkeep_causes_is_not_traced_either()
    {
        var checkedInTrace = new TaskCompletionSource<bool>();
        using var spans = new Spans(_ => false);
        await using var service = await TestService.StartAsync(configure: builder => builder.Services.AddHealthChecks()
            .AddCheck("traced", () =>
            {
                checkedInTrace.TrySetResult(Activity.Current is { Recorded: true });
                return HealthCheckResult.Healthy();
            }));

        await service.Client.GetAsync(new Uri("/health", UriKind.Relative), Cancellation);

        Assert.False(await checkedInTrace.Task);
    }

    /// <summary>Hears server spans as an exporter would.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly System.Threading.Channels.Channel<Activity> _ended = System.Threading.Channels.Channel.CreateUnbounded<Activity>();
        private readonly ActivityListener _listener;

        public Spans(Func<Activity, bool> which)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = span =>
                {
                    if (which(span))
                        _ended.Writer.TryWrite(span);
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public async Task<Activity> FirstAsync() =>
            await _ended.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        public void Dispose() => _listener.Dispose();
    }
}

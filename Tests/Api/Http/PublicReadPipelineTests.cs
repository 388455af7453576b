using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http;

/// <summary>Public reads leave most of the pipeline out; what it promises holds for them as well.</summary>
public sealed class PublicReadPipelineTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string FromMemory = "platform; hit; detail=memory";
    private const string Route = "/api/v1/books/{id}";

    [Fact]
    public async Task An_answer_from_memory_has_its_server_span()
    {
        await using var shelf = await Shelf.StockAsync(api);
        (await shelf.GetAsync("books/{book}")).Dispose();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.GetTagItem("url.path") is string path && path == shelf.Address("books/{book}"))
                {
                    spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        using var answer = await shelf.GetAsync("books/{book}");

        Assert.Equal(FromMemory, answer.Says("Cache-Status"));
        await Eventually.HoldsAsync(() => Task.FromResult(!spans.IsEmpty), "the span has ended");
        var span = Assert.Single(spans);
        Assert.Equal($"GET {Route}", span.DisplayName);
        Assert.Equal(Route, span.GetTagItem("http.route"));
        Assert.Equal(200, span.GetTagItem("http.response.status_code"));
    }

    [Fact]
    public async Task An_answer_from_memory_is_counted_by_its_route()
    {
        await using var shelf = await Shelf.StockAsync(api);
        (await shelf.GetAsync("books/{book}")).Dispose();
        var counted = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "http.server.request.duration")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "http.route", Value: Route })
                {
                    Interlocked.Increment(ref counted);
                }
            }
        });
        listener.Start();

        using var answer = await shelf.GetAsync("books/{book}");

        Assert.Equal(FromMemory, answer.Says("Cache-Status"));
        await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref counted) > 0), "the request is counted");
    }

    [Fact]
    public async Task A_read_that_waits_too_long_is_answered_503()
    {
        var (proxy, throughProxy) = TcpProxy.Before(api.Database.App);
        await using var host = ApiFixture.Host(api.Database, ("ConnectionStrings:platform", throughProxy), ("Requests:Timeout", "00:00:00.3"));
        using var client = host.CreateClient();
        proxy.Stall();
        var watch = Stopwatch.StartNew();

        using var answer = await client.GetAsync($"/api/v1/books/{Guid.CreateVersion7()}", TestContext.Current.CancellationToken);

        // The load's own deadline is 20 s here.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        proxy.Restore();
        await proxy.DisposeAsync();
    }
}

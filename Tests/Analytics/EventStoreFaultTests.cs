using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Platform.Tests.Emulators.Cosmos;
using Platform.Tests.Support;
using static Platform.Tests.Analytics.EventWriter;

namespace Platform.Tests.Analytics;

/// <summary>What Cosmos DB cannot do now is done later: each event once, and those of a stream in their order.</summary>
public sealed class EventStoreFaultTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(410)]
    [InlineData(500)]
    [InlineData(449)]
    [InlineData(0)]
    public async Task Answers_that_are_none_are_waited_out(int status)
    {
        await using var proxy = await CosmosProxy.StartAsync(cosmos.Emulator);
        await using var writer = NewWriter(proxy);
        var left = 8;
        proxy.Fail(request => CosmosProxy.IsWrite(request) && Interlocked.Decrement(ref left) >= 0
            ? new CosmosProxy.Fault(status, RetryAfter: status == 429 ? TimeSpan.FromMilliseconds(20) : null) : null);

        await writer.Store.WriteAsync(Events(), Ended);

        Assert.Equal(8, proxy.Faulted);
        await AssertThereOnceInOrderAsync(writer);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(0)]
    public async Task What_was_done_without_an_answer_is_not_there_twice(int status)
    {
        await using var proxy = await CosmosProxy.StartAsync(cosmos.Emulator);
        await using var writer = NewWriter(proxy);
        var left = 6;
        proxy.Fail(request => CosmosProxy.IsWrite(request) && Interlocked.Decrement(ref left) >= 0 ? new CosmosProxy.Fault(status, IsDone: true) : null);

        await writer.Store.WriteAsync(Events(), Ended);

        await AssertThereOnceInOrderAsync(writer);
    }

    [Fact]
    public async Task A_budget_that_is_spent_again_and_again_only_takes_longer()
    {
        await using var proxy = await CosmosProxy.StartAsync(cosmos.Emulator);
        await using var writer = NewWriter(proxy);
        var seen = new ConcurrentDictionary<string, int>();
        // Each write is refused more often than the SDK tries it.
        proxy.Fail(request => CosmosProxy.IsWrite(request) && seen.AddOrUpdate($"{request.ContentLength}", 1, (_, times) => times + 1) <= 12
            ? new CosmosProxy.Fault(429, RetryAfter: TimeSpan.FromMilliseconds(1)) : null);

        await writer.Store.WriteAsync(Events(), Ended);

        await AssertThereOnceInOrderAsync(writer);
    }

    [Fact]
    public async Task What_takes_long_holds_only_those_that_are_with_it()
    {
        await using var proxy = await CosmosProxy.StartAsync(cosmos.Emulator);
        await using var writer = NewWriter(proxy);
        var gate = new TaskCompletionSource();
        proxy.Fail(request => CosmosProxy.IsWrite(request) && request.Headers["x-ms-documentdb-partitionkey"] == "[\"b\"]" ? new CosmosProxy.Fault(200, After: gate.Task) : null);

        var writing = writer.Store.WriteAsync(Events(), Ended);
        await Eventually.HoldsAsync(async () => (await IdsAsync(writer)).Count == 15, "the other streams are written");
        Assert.False(writing.IsCompleted);
        gate.SetResult();
        await writing;

        await AssertThereOnceInOrderAsync(writer);
    }

    [Fact]
    public async Task Whoever_stops_meanwhile_is_not_kept()
    {
        await using var proxy = await CosmosProxy.StartAsync(cosmos.Emulator);
        await using var writer = NewWriter(proxy);
        await writer.Store.WriteAsync([Event("a", 1)], Ended);
        proxy.Fail(request => CosmosProxy.IsWrite(request) ? new CosmosProxy.Fault(503) : null);
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(Ended);

        var writing = writer.Store.WriteAsync([Event("a", 2)], stopped.Token);
        await Eventually.HoldsAsync(() => Task.FromResult(proxy.Faulted > 0), "it was refused");
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task A_stream_that_is_refused_again_stays_parked_with_the_reason_of_now()
    {
        await using var proxy = await CosmosProxy.StartAsync(cosmos.Emulator);
        await using var writer = NewWriter(proxy);
        proxy.Fail(request => IsToEvents(request, "a") ? new CosmosProxy.Fault(400) : null);
        await writer.Store.WriteAsync([Event("a", 1), Event("a", 2), Event("a", 3)], Ended);
        Assert.True(await writer.Replay.AskAsync("a", Ended));
        // So few are written one after the other: the second is refused once more.
        var writes = 0;
        proxy.Fail(request => IsToEvents(request, "a") && Interlocked.Increment(ref writes) == 2 ? new CosmosProxy.Fault(413) : null);

        await writer.ReplayAsync();

        var parked = (await writer.ParkedOfAsync("a")).ToList();
        Assert.Equal(["2", "3"], parked.Select(one => one.Id));
        Assert.Contains("413", parked[0].Reason, StringComparison.Ordinal);
        Assert.True(writer.Parked.IsBlocked("a"));
        Assert.Equal(["1"], await writer.FeedAsync());
    }

    private static bool IsToEvents(HttpRequest request, string stream) => CosmosProxy.IsWrite(request)
        && request.Path.Value!.Contains("/events/", StringComparison.Ordinal)
        && (request.Headers["x-ms-documentdb-partitionkey"] == $"[\"{stream}\"]" || request.Headers.ContainsKey("x-ms-documentdb-partitionkeyrangeid"));

    // Of three streams with five events each, and of five with one: batches, and bulk.
    private static List<Platform.Analytics.Events.AnalyticsEvent> Events() =>
    [
        .. Enumerable.Range(0, 15).Select(n => Event(((char)('a' + (n % 3))).ToString(), n + 1)),
        .. Enumerable.Range(15, 5).Select(n => Event($"single-{n}", n + 1)),
    ];

    private static async Task<List<string>> IdsAsync(EventWriter writer)
    {
        try
        {
            return await writer.FeedAsync();
        }
        catch (Microsoft.Azure.Cosmos.CosmosException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return [];
        }
    }

    [Fact]
    public async Task What_follows_in_a_stream_waits_for_what_is_still_on_its_way()
    {
        await using var proxy = await CosmosProxy.StartAsync(cosmos.Emulator);
        await using var writer = NewWriter(proxy);
        var isAway = true;
        proxy.Fail(request => CosmosProxy.IsWrite(request) && Volatile.Read(ref isAway) ? new CosmosProxy.Fault(503) : null);

        // By then it pauses for long between two attempts: what follows would be there first.
        var first = writer.Store.WriteAsync([Event("a", 1)], Ended);
        await Eventually.HoldsAsync(() => Task.FromResult(proxy.Faulted >= 10), "the first is tried again and again");
        Volatile.Write(ref isAway, false);
        await Task.WhenAll(first, writer.Store.WriteAsync([Event("a", 2), Event("b", 3)], Ended));

        Assert.Equal(["1", "2"], (await writer.FeedAsync()).Where(id => id != "3"));
    }

    private static async Task AssertThereOnceInOrderAsync(EventWriter writer)
    {
        var ids = await writer.FeedAsync();
        Assert.Equal(Events().Select(one => one.Id).Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
        foreach (var stream in Events().GroupBy(one => one.Stream, one => one.Id))
            Assert.Equal(stream, ids.Where(stream.Contains));
        Assert.Empty(await writer.ParkedOfAsync("a"));
    }

    private EventWriter NewWriter(CosmosProxy proxy) => new(cosmos.Emulator, $"d{Guid.CreateVersion7():N}", proxy.ConnectionString);
}

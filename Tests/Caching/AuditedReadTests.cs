using System.Diagnostics.Metrics;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>Hits are held against the source, and only a promise that was broken counts as stale.</summary>
public sealed class AuditedReadTests(Stack stack) : IDisposable
{
    private static readonly CacheKey Key = new("book:1");
    private static readonly CachePolicy Book = new() { Family = "book", Ttl = TimeSpan.FromHours(1), MemoryTtl = TimeSpan.FromHours(1), AuditRate = 1 };

    private readonly ManualClock _clock = new();
    private readonly Meter _meter = new("Cache");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task A_change_that_nobody_told_the_cache_of_is_counted_stale()
    {
        await using var cache = await ConnectAsync();
        var source = "old";
        await cache.GetOrCreateAsync(Key, _ => new ValueTask<string>(source), Book, Token);
        source = "new";

        await cache.GetOrCreateAsync(Key, _ => new ValueTask<string>(source), Book, Token);

        await CountedAsync("stale");
    }

    [Fact]
    public async Task A_change_that_was_told_in_the_meantime_is_counted_fresh()
    {
        await using var cache = await ConnectAsync();
        var source = "old";
        await cache.GetOrCreateAsync(Key, _ => new ValueTask<string>(source), Book, Token);
        var loading = new TaskCompletionSource();
        source = "new";

        await cache.GetOrCreateAsync(Key, async _ =>
        {
            await cache.InvalidateAsync([Key], []);
            loading.TrySetResult();
            return source;
        }, Book, Token);
        await loading.Task.WaitAsync(Token);

        await CountedAsync("fresh");
    }

    private async Task<CacheManager> ConnectAsync() => await CacheManager.ConnectAsync(
        await stack.RedisConnectionStringAsync(), new CacheOptions { Namespace = $"test:{Guid.CreateVersion7()}" }, _meter, _clock, cancellationToken: Token);

    private async Task CountedAsync(string expected)
    {
        var counts = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == _meter && instrument.Name == "audit_total")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "result")
                    counts[(string)tag.Value!] = count;
            }
        });
        listener.Start();

        await Eventually.HoldsAsync(() =>
        {
            _clock.Advance(StalenessAudit.Grace);
            listener.RecordObservableInstruments();
            return Task.FromResult(counts.Values.Sum() == 1);
        }, "one comparison");

        Assert.Equal(1, counts[expected]);
    }
}

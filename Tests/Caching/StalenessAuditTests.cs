using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Platform.Caching;
using Platform.Caching.Redis;
using Platform.Tests.ServiceDefaults;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

public sealed class StalenessAuditTests : IAsyncDisposable
{
    private readonly Meter _meter = new("StalenessAuditTests");
    private readonly ManualClock _clock = new();
    private readonly RecordingLogs _logs = new();
    private readonly CacheTelemetry _telemetry;
    private readonly FamilyCounters _book;
    private readonly StalenessAudit _audit;
    private readonly EntryFormat<string?> _format = new(new CacheOptions());

    // What the source holds, how often it was read, and whether the entry that was hit is the one the cache serves.
    private volatile string? _source = "old";
    private int _loads;
    private volatile bool _isStillCurrent = true;

    public StalenessAuditTests()
    {
        _telemetry = new CacheTelemetry(_meter);
        _book = _telemetry.Family("book");
        _audit = new StalenessAudit(_telemetry, _clock, _logs.CreateLogger("cache"));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private (long Fresh, long Stale) Results => (_book.AuditsFresh, _book.AuditsStale);

    public async ValueTask DisposeAsync()
    {
        await _audit.DisposeAsync();
        _meter.Dispose();
    }

    [Fact]
    public async Task What_equals_its_source_is_fresh()
    {
        Offer("old");

        await ResultAsync();

        Assert.Equal((1, 0), Results);
        Assert.Equal(1, _loads);
    }

    [Fact]
    public async Task What_is_served_still_although_the_source_differs_still_is_stale()
    {
        _source = "new";
        Offer("old");

        await GraceAsync();
        await ResultAsync();

        Assert.Equal((0, 1), Results);
        Assert.Contains(_logs.Entries, entry => entry.Level == LogLevel.Error && entry.Message.Contains("book", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_whose_invalidation_came_meanwhile_is_fresh()
    {
        _source = "new";
        Offer("old");

        await GraceAsync(meanwhile: () => _isStillCurrent = false);
        await ResultAsync();

        Assert.Equal((1, 0), Results);
        Assert.Equal(1, _loads);
        Assert.Empty(_logs.Entries);
    }

    [Fact]
    public async Task A_change_that_was_undone_is_fresh()
    {
        _source = "new";
        Offer("old");

        await GraceAsync(meanwhile: () => _source = "old");
        await ResultAsync();

        Assert.Equal((1, 0), Results);
        Assert.Equal(2, _loads);
    }

    [Fact]
    public async Task What_is_invalidated_during_the_second_load_is_fresh()
    {
        Offer("old", _ =>
        {
            _isStillCurrent = Interlocked.Increment(ref _loads) == 1;
            return ValueTask.FromResult<string?>("new");
        });

        await GraceAsync();
        await ResultAsync();

        Assert.Equal((1, 0), Results);
        Assert.Equal(2, _loads);
    }

    [Fact]
    public async Task What_was_invalidated_before_the_audit_came_to_it_is_not_loaded()
    {
        _isStillCurrent = false;
        Offer("old");

        await ResultAsync();

        Assert.Equal((1, 0), Results);
        Assert.Equal(0, _loads);
    }

    [Fact]
    public async Task There_is_no_verdict_before_an_invalidation_must_have_arrived()
    {
        _source = "new";
        Offer("old");
        await Eventually.HoldsAsync(() => Task.FromResult(_clock.HasTimer), "the audit waits");

        _clock.Advance(StalenessAudit.Grace - TimeSpan.FromTicks(1));
        Assert.True(_clock.HasTimer);
        Assert.Equal((0, 0), Results);
        _clock.Advance(TimeSpan.FromTicks(1));
        await ResultAsync();

        Assert.Equal((0, 1), Results);
    }

    [Theory]
    [InlineData(null, null, 0)]
    [InlineData(null, "new", 1)]
    [InlineData("old", null, 1)]
    public async Task A_value_that_is_not_there_is_compared_too(string? cached, string? source, int stale)
    {
        _source = source;
        Offer(cached);

        if (stale > 0)
        {
            await GraceAsync();
        }

        await ResultAsync();

        Assert.Equal((1 - stale, stale), Results);
    }

    [Fact]
    public async Task A_load_that_fails_is_no_verdict_and_ends_nothing()
    {
        Offer("old", _ => throw new TimeoutException());
        Offer("old", _ => ValueTask.FromException<string?>(new OperationCanceledException()));
        await Eventually.HoldsAsync(() => Task.FromResult(_telemetry.Count(CacheError.AuditFailed) == 2), "both failures are counted");

        Offer("old");
        Offer("old");
        await ResultAsync(2);

        Assert.Equal((2, 0), Results);
    }

    [Fact]
    public async Task Two_hits_at_a_time_are_compared_64_wait_and_more_are_dropped()
    {
        using var gate = new SemaphoreSlim(0);
        var loading = 0;
        var most = 0;
        async ValueTask<string?> Load(CancellationToken cancellationToken)
        {
            InterlockedMax(ref most, Interlocked.Increment(ref loading));
            await gate.WaitAsync(cancellationToken);
            Interlocked.Decrement(ref loading);
            return "old";
        }

        Offer("old", Load);
        Offer("old", Load);
        await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref loading) == 2), "two loads");
        for (var i = 0; i < StalenessAudit.MaxWaiting + 3; i++)
        {
            Offer("old", Load);
        }

        Assert.Equal(3, _telemetry.Count(CacheError.AuditDropped));
        for (var i = 1; i <= 5; i++)
        {
            // One by one, so that a third would have the time to show.
            gate.Release();
            await ResultAsync(i);
        }

        gate.Release(StalenessAudit.MaxWaiting);
        await ResultAsync(StalenessAudit.MaxWaiting + 2);
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task A_load_sees_nothing_of_the_request_that_made_the_cache()
    {
        var request = new AsyncLocal<string?> { Value = "of the first reader" };
        string? seen = null;
        await using var audit = new StalenessAudit(_telemetry, _clock, _logs.CreateLogger("cache"));

        audit.Offer(_book, "old", _format, _ => ValueTask.FromResult<string?>(seen = request.Value ?? "nothing"), () => true);
        await Eventually.HoldsAsync(() => Task.FromResult(seen is not null), "the load ran");

        Assert.Equal("nothing", seen);
    }

    [Fact]
    public async Task The_end_of_the_cache_ends_a_load_without_a_verdict()
    {
        var started = new TaskCompletionSource();
        Offer("old", async cancellationToken =>
        {
            var ended = new TaskCompletionSource<string?>();
            await using var end = cancellationToken.Register(() => ended.SetCanceled(cancellationToken));
            started.SetResult();
            return await ended.Task;
        });
        await started.Task.WaitAsync(Cancellation);

        await _audit.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        Assert.Equal((0, 0), Results);
        Assert.Equal(0, _telemetry.Count(CacheError.AuditFailed));
    }

    private void Offer(string? cached) => Offer(cached, _ =>
    {
        Interlocked.Increment(ref _loads);
        return ValueTask.FromResult(_source);
    });

    private void Offer(string? cached, Func<CancellationToken, ValueTask<string?>> load) => _audit.Offer(_book, cached, _format, load, () => _isStillCurrent);

    // Lets the audit come to its waiting, something happen meanwhile, and the wait end.
    private async Task GraceAsync(Action? meanwhile = null)
    {
        await Eventually.HoldsAsync(() => Task.FromResult(_clock.HasTimer), "the audit waits");
        meanwhile?.Invoke();
        _clock.Advance(StalenessAudit.Grace);
    }

    private Task ResultAsync(int count = 1) =>
        Eventually.HoldsAsync(() => Task.FromResult(_book.AuditsFresh + _book.AuditsStale == count), "the audit has its results");

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }
}

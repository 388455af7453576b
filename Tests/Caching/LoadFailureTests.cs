using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>A load that fails, or does not end, fails for all who wait for it, and for nobody after them.</summary>
public sealed class LoadFailureTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = new("book:1");
    private static readonly CachePolicy Book = new() { Family = "book", Ttl = TimeSpan.FromMinutes(30), LoadTimeout = TimeSpan.FromSeconds(5), AuditRate = 0 };

    private readonly CacheNodes _nodes = new(stack);
    private readonly ManualClock _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task What_a_load_throws_reaches_everybody_who_waits()
    {
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync(meter: meter);
        var load = new HeldLoad<string>();
        var error = new InvalidOperationException("no such table");
        var readers = Enumerable.Range(0, 20).Select(_ => node.GetOrCreateAsync(Key, load.RunAsync, Book, Token).AsTask()).ToArray();
        await Eventually.HoldsAsync(() => Task.FromResult(node.GetStatistics().Single().Misses == 20), "all wait for the load");

        load.Fail(error);

        foreach (var reader in readers)
        {
            Assert.Same(error, await Assert.ThrowsAsync<InvalidOperationException>(() => reader));
        }

        Assert.Equal((1, 1), (load.Count, count("errors_total:load_failed")));
    }

    [Fact]
    public async Task What_a_load_throws_is_not_cached()
    {
        var node = await _nodes.AddAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await node.GetOrCreateAsync<string>(Key, _ => throw new InvalidOperationException(), Book, Token));

        Assert.Equal("value", await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("value"), Book, Token));
    }

    [Fact]
    public async Task What_the_tags_throw_reaches_the_reader()
    {
        var node = await _nodes.AddAsync();
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(1), AuditRate = 0, Tags = static (_, _) => throw new InvalidOperationException("no tags") };

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("value"), policy, Token));
    }

    [Fact]
    public async Task A_load_that_does_not_heed_its_deadline_keeps_nobody_waiting()
    {
        var node = await _nodes.AddAloneAsync(_clock);
        var load = new HeldLoad<string>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Book, Token).AsTask();
        await load.BegunAsync();

        _clock.Advance(Book.LoadTimeout);

        await Eventually.HoldsAsync(() => Task.FromResult(reader.IsCompleted), "the reader has its answer", TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<TimeoutException>(() => reader);
        Assert.True(load.Given.IsCancellationRequested);
        Assert.Equal("value", await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("value"), Book, Token));
    }

    [Fact]
    public async Task A_load_that_blocks_its_thread_keeps_nobody_waiting()
    {
        var node = await _nodes.AddAloneAsync(_clock);
        using var begun = new SemaphoreSlim(0);
        using var end = new SemaphoreSlim(0);
        var reader = node.GetOrCreateAsync(Key, Block, Book, Token).AsTask();
        await begun.WaitAsync(Token);

        _clock.Advance(Book.LoadTimeout);

        await Eventually.HoldsAsync(() => Task.FromResult(reader.IsCompleted), "the reader has its answer", TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<TimeoutException>(() => reader);
        end.Release();
        await begun.WaitAsync(Token);

        ValueTask<string> Block(CancellationToken token)
        {
            begun.Release();
            end.Wait(Token);
            begun.Release();
            return new ValueTask<string>("too late");
        }
    }

    [Fact]
    public async Task What_comes_after_the_deadline_is_not_kept()
    {
        var node = await _nodes.AddAloneAsync(_clock);
        var load = new HeldLoad<string>();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Book, Token).AsTask();
        await load.BegunAsync();
        _clock.Advance(Book.LoadTimeout);
        await Assert.ThrowsAsync<TimeoutException>(() => reader);

        load.End("too late");

        Assert.Equal("value", await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("value"), Book, Token));
    }

    [Fact]
    public async Task A_load_that_heeds_its_deadline_is_a_timeout_too()
    {
        var node = await _nodes.AddAloneAsync(_clock);
        var begun = new TaskCompletionSource();
        var reader = node.GetOrCreateAsync(Key, HeedAsync, Book, Token).AsTask();
        await begun.Task;

        _clock.Advance(Book.LoadTimeout);

        await Assert.ThrowsAsync<TimeoutException>(() => reader);

        async ValueTask<string> HeedAsync(CancellationToken token)
        {
            begun.SetResult();
            return await new TaskCompletionSource<string>().Task.WaitAsync(token);
        }
    }
}

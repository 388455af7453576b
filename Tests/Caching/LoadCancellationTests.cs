using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>A caller who leaves ends its own wait and nobody else's.</summary>
public sealed class LoadCancellationTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = new("book:1");
    private static readonly CachePolicy Book = new() { Family = "book", Ttl = TimeSpan.FromMinutes(30), AuditRate = 0 };
    private static readonly AsyncLocal<string?> Caller = new();

    private readonly CacheNodes _nodes = new(stack);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Whichever_caller_leaves_the_others_get_the_value(int leaving)
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string>();
        using var left = new CancellationTokenSource();
        Task<string>[] readers = [
            node.GetOrCreateAsync(Key, load.RunAsync, Book, leaving == 0 ? left.Token : Token).AsTask(),
            node.GetOrCreateAsync(Key, load.RunAsync, Book, leaving == 1 ? left.Token : Token).AsTask()];
        await load.BegunAsync();

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => readers[leaving]);
        Assert.False(load.Given.IsCancellationRequested);
        load.End("value");
        Assert.Equal("value", await readers[1 - leaving]);
        Assert.Equal(1, load.Count);
    }

    [Fact]
    public async Task A_load_that_all_have_left_goes_on_and_is_kept()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string>();
        using var left = new CancellationTokenSource();
        var reader = node.GetOrCreateAsync(Key, load.RunAsync, Book, left.Token).AsTask();
        await load.BegunAsync();
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader);

        load.End("value");

        await Eventually.HoldsAsync(() => Task.FromResult(node.TryGet<string>(Key, out _)), "the value is kept");
    }

    [Fact]
    public async Task A_caller_that_has_left_before_it_asks_begins_no_load()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.GetOrCreateAsync(Key, load.RunAsync, Book, new CancellationToken(true)));

        Assert.Equal(0, load.Count);
    }

    [Fact]
    public async Task A_load_knows_nothing_of_the_caller_it_was_begun_for()
    {
        var node = await _nodes.AddAsync();
        Caller.Value = "the first caller";

        Assert.Null(await node.GetOrCreateAsync(Key, _ => new ValueTask<string?>(Caller.Value), Book, Token));
    }
}

using Platform.Caching;
using Platform.Tests.Support;
using static Platform.Tests.Caching.Invalidations;

namespace Platform.Tests.Caching;

/// <summary>Readers of one key share a load, but nobody gets one that began before an invalidation which that reader came after.</summary>
public sealed class JoinedLoadTests(Stack stack) : IAsyncDisposable
{
    private readonly CacheNodes _nodes = new(stack);

    public static TheoryData<Invalidation> All => [.. Enum.GetValues<Invalidation>()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task Fifty_readers_of_a_cold_key_are_one_load()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string>();

        var readers = Enumerable.Range(0, 50).Select(_ => node.GetOrCreateAsync(Key, load.RunAsync, Book, Token).AsTask()).ToArray();
        await JoinedAsync(node, 50);
        load.End("value");

        Assert.All(await Task.WhenAll(readers), value => Assert.Equal("value", value));
        Assert.Equal(1, load.Count);
    }

    [Fact]
    public async Task A_reader_that_came_too_late_for_a_load_finds_what_it_left()
    {
        var policy = new CachePolicy { Family = "book", Ttl = TimeSpan.FromMinutes(1), MemoryTtl = TimeSpan.Zero, AuditRate = 0 };
        foreach (var one in (CachePolicy[])[Book, policy])
        {
            var node = await _nodes.AddAsync();
            var loads = 0;
            var key = new CacheKey($"book:{one.MemoryTtl}");

            await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(async () =>
                await node.GetOrCreateAsync(key, _ => new ValueTask<int>(Interlocked.Increment(ref loads)), one, Token), Token)));

            Assert.Equal(1, loads);
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_reader_after_an_invalidation_does_not_get_a_load_from_before_it(Invalidation invalidation)
    {
        var node = await _nodes.AddAsync();
        var old = new HeldLoad<string>();
        var early = node.GetOrCreateAsync(Key, old.RunAsync, Book, Token);
        await old.BegunAsync();

        await invalidation.ApplyAsync(node);
        var late = node.ReadAsync("new");
        await JoinedAsync(node, 2);
        old.End("old");

        Assert.Equal("old", await early);
        Assert.Equal("new", await late);
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_reader_after_another_nodes_invalidation_does_not_get_a_load_from_before_it(Invalidation invalidation)
    {
        var node = await _nodes.AddAsync();
        var writing = await _nodes.AddAsync();
        var old = new HeldLoad<string>();
        var early = node.GetOrCreateAsync(Key, old.RunAsync, Book, Token);
        await old.BegunAsync();

        await invalidation.ApplyAsync(writing);
        await _nodes.HeardAsync(node, writing);
        var late = node.ReadAsync("new");
        await JoinedAsync(node, 2);
        old.End("old");

        Assert.Equal("old", await early);
        Assert.Equal("new", await late);
    }

    // A key's load from before is not waited for: it is known at once that it is too old.
    [Theory]
    [InlineData(Invalidation.OfKey)]
    [InlineData(Invalidation.OfEverything)]
    public async Task A_reader_after_an_invalidation_does_not_wait_for_a_load_from_before_it(Invalidation invalidation)
    {
        var node = await _nodes.AddAsync();
        var old = new HeldLoad<string>();
        var early = node.GetOrCreateAsync(Key, old.RunAsync, Book, Token);
        await old.BegunAsync();

        await invalidation.ApplyAsync(node);

        Assert.Equal("new", await node.ReadAsync("new").AsTask().WaitAsync(TimeSpan.FromSeconds(10), Token));
        old.End("old");
        await early;
        Assert.Equal("new", await node.ReadAsync("newer"));
    }

    [Fact]
    public async Task Readers_that_ask_for_another_type_have_a_load_of_their_own()
    {
        var node = await _nodes.AddAsync();
        var text = new HeldLoad<string>();
        var reader = node.GetOrCreateAsync(Key, text.RunAsync, Book, Token);
        await text.BegunAsync();

        Assert.Equal(7, await node.GetOrCreateAsync(Key, _ => new ValueTask<int>(7), Book, Token));
        text.End("seven");
        Assert.Equal("seven", await reader);
    }

    // Nobody can tell from outside that a reader waits; that it has given up on memory and Redis is counted just before.
    private static Task JoinedAsync(CacheManager node, int readers) => Eventually.HoldsAsync(
        () => Task.FromResult(node.GetStatistics().Single(family => family.Family == "book").Misses == readers), $"{readers} readers wait for a load");
}

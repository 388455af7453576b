using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>A reader that says what it must not miss is answered by what vouches for it, or by the source.</summary>
public sealed class PositionReadTests(Stack stack) : IAsyncDisposable
{
    private static readonly CacheKey Key = new("book:1");
    private static readonly CachePolicy Policy = new()
    {
        Family = "book", Ttl = TimeSpan.FromMinutes(30), Jitter = 0, AuditRate = 0, StaleIfError = TimeSpan.FromHours(1),
    };

    private readonly CacheNodes _nodes = new(stack);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task Up_to_the_applied_position_memory_answers()
    {
        var node = await _nodes.AddAsync();
        await node.AnnounceAsync(new AppliedPosition("a", 100));
        await Eventually.HoldsAsync(() => Task.FromResult(node.Applied is not null), "it is applied");
        await ReadAsync(node, "old", 0);

        var read = await ReadAsync(node, "new", 100);

        Assert.Equal(("old", CacheLevel.Memory), (read.Value, read.Level));
    }

    [Fact]
    public async Task Beyond_it_neither_memory_nor_redis_answers_and_what_is_loaded_is_kept()
    {
        var node = await _nodes.AddAsync();
        await ReadAsync(node, "old", 0);
        await _nodes.StoredAsync(Key);

        var read = await ReadAsync(node, "new", 100);

        Assert.Equal(("new", CacheLevel.Source), (read.Value, read.Level));
        Assert.Equal("new", (await ReadAsync(node, "newer", 0)).Value);
        var other = await _nodes.AddAsync();
        await Eventually.HoldsAsync(async () => (await ReadAsync(other, "newer", 0)).Value is "new", "Redis has it too");
    }

    [Fact]
    public async Task A_value_whose_load_began_before_an_invalidation_is_not_kept()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string>();
        var read = node.ReadAsync(Key, load, static (load, token) => load.RunAsync(token), Policy, 100, Token);
        await load.BegunAsync();

        await node.InvalidateAsync([Key], []);
        load.End("old");

        Assert.Equal("old", (await read).Value);
        Assert.Equal("new", (await ReadAsync(node, "new", 0)).Value);
    }

    [Fact]
    public async Task Who_comes_while_a_load_runs_shares_the_next_one()
    {
        var node = await _nodes.AddAsync();
        var (first, second) = (new HeldLoad<string>(), new HeldLoad<string>());
        var one = node.ReadAsync(Key, first, static (load, token) => load.RunAsync(token), Policy, 100, Token).AsTask();
        await first.BegunAsync();

        var others = Enumerable.Range(0, 50).Select(_ => node.ReadAsync(Key, second, static (load, token) => load.RunAsync(token), Policy, 100, Token).AsTask()).ToArray();
        Assert.Equal(0, second.Count);
        first.End("old");
        await second.BegunAsync();
        second.End("new");

        Assert.Equal("old", (await one).Value);
        Assert.All(await Task.WhenAll(others), read => Assert.Equal("new", read.Value));
        Assert.Equal((1, 1), (first.Count, second.Count));
        Assert.Equal("third", (await ReadAsync(node, "third", 100)).Value);
    }

    // Another's load may have begun before the commit that this reader must not miss.
    [Fact]
    public async Task A_load_under_way_for_others_is_not_joined()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string>();
        var usual = node.ReadAsync(Key, load, static (load, token) => load.RunAsync(token), Policy, Token).AsTask();
        await load.BegunAsync();

        Assert.Equal("new", (await ReadAsync(node, "new", 100)).Value);

        load.End("old");
        await usual;
    }

    [Fact]
    public async Task A_load_that_fails_is_not_replaced_by_an_older_value()
    {
        var node = await _nodes.AddAsync();
        await ReadAsync(node, "old", 0);

        await Assert.ThrowsAsync<IOException>(() => node.ReadAsync<int, string>(Key, 0, static (_, _) => throw new IOException(), Policy, 100, Token).AsTask());

        Assert.Equal("old", (await ReadAsync(node, "new", 0)).Value);
        Assert.Equal("new", (await ReadAsync(node, "new", 100)).Value);
    }

    [Fact]
    public async Task A_reader_who_leaves_ends_no_load_for_the_others()
    {
        var node = await _nodes.AddAsync();
        var load = new HeldLoad<string>();
        using var leaves = new CancellationTokenSource();
        var one = node.ReadAsync(Key, load, static (load, token) => load.RunAsync(token), Policy, 100, leaves.Token).AsTask();
        await load.BegunAsync();

        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        load.End("new");
        await Eventually.HoldsAsync(() => Task.FromResult(node.TryGet<string>(Key, out var kept) && kept.Value == "new"), "what was loaded is kept");
    }

    [Fact]
    public async Task A_node_without_redis_answers_from_the_source()
    {
        var node = await _nodes.AddAloneAsync(TimeProvider.System);
        await ReadAsync(node, "old", 0);

        Assert.Equal("new", (await ReadAsync(node, "new", 100)).Value);
    }

    private static ValueTask<CacheResult<string>> ReadAsync(CacheManager node, string current, ulong atLeast) =>
        node.ReadAsync(Key, current, static (current, _) => new ValueTask<string>(current), Policy, atLeast, Token);
}

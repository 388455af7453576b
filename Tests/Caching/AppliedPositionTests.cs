using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>A node takes the position that is announced when it has missed nothing of what was told before.</summary>
public sealed class AppliedPositionTests(Stack stack) : IAsyncDisposable
{
    private const string History = "a1b2c3d4";
    private static readonly CacheKey Key = new("book:1");
    private static readonly CachePolicy Policy = new() { Family = "book", Ttl = TimeSpan.FromMinutes(30), AuditRate = 0 };

    private readonly CacheNodes _nodes = new(stack);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task All_nodes_take_it_and_it_never_goes_back()
    {
        var first = await _nodes.AddAsync();
        var second = await _nodes.AddAsync();
        Assert.Null(first.Applied);

        Assert.True(await first.AnnounceAsync(new AppliedPosition(History, 200)));
        Assert.True(await second.AnnounceAsync(new AppliedPosition(History, 100)));
        await _nodes.HeardAsync(first, second);
        await _nodes.HeardAsync(second, first);

        Assert.Equal(new AppliedPosition(History, 200), first.Applied);
        Assert.Equal(new AppliedPosition(History, 200), second.Applied);
    }

    [Fact]
    public async Task A_position_of_another_history_takes_the_place_of_a_greater_one()
    {
        var node = await _nodes.AddAsync();
        await node.AnnounceAsync(new AppliedPosition(History, 200));

        await node.AnnounceAsync(new AppliedPosition("ffffffff", 100));

        await AppliesAsync(node, new AppliedPosition("ffffffff", 100));
        Assert.Equal(new AppliedPosition("ffffffff", 100), await node.AnnouncedAsync());
    }

    [Fact]
    public async Task A_node_that_comes_later_takes_the_next_one()
    {
        var first = await _nodes.AddAsync();
        await first.AnnounceAsync(new AppliedPosition(History, 100));
        var second = await _nodes.AddAsync();
        Assert.Null(second.Applied);

        await first.AnnounceAsync(new AppliedPosition(History, 100));

        await AppliesAsync(second, new AppliedPosition(History, 100));
    }

    // The invalidation that was not heard may be of a commit that the position vouches for.
    [Fact]
    public async Task A_node_that_missed_something_takes_none_until_its_memory_is_dropped()
    {
        var node = await _nodes.AddAsync();
        var other = await _nodes.AddAsync();
        await node.GetOrCreateAsync(Key, _ => new ValueTask<string>("old"), Policy, Token);
        await (await _nodes.RedisAsync()).ExecuteAsync("BITFIELD", _nodes.FenceTable, "INCRBY", "i64", "#1", 1);

        await other.AnnounceAsync(new AppliedPosition(History, 100));

        await Eventually.HoldsAsync(() => Task.FromResult(!node.TryGet<string>(Key, out _)), "the hole is noticed");
        Assert.Null(node.Applied);
        await node.AttachedAsync(Token);
        await other.AttachedAsync(Token);
        await other.AnnounceAsync(new AppliedPosition(History, 100));
        await AppliesAsync(node, new AppliedPosition(History, 100));
    }

    // Each write is told, then announced, by the node that wrote: whoever sees the position finds nothing older in memory.
    [Fact]
    public async Task No_node_vouches_for_a_position_while_it_still_answers_what_was_before_it()
    {
        var writer = await _nodes.AddAsync();
        CacheManager[] all = [writer, await _nodes.AddAsync()];
        var (written, told) = (0L, 0L);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var readers = all.Select(node => Task.Run(() => ReadAsync(node))).ToArray();
        for (var version = 1; version <= 400; version++)
        {
            Volatile.Write(ref written, version);
            await writer.InvalidateAsync([Key], []);
            Volatile.Write(ref told, version);
            await writer.AnnounceAsync(new AppliedPosition(History, (ulong)version));
        }

        // Again, as whoever announces does each second: a node that had to begin anew has heard of none.
        await Eventually.HoldsAsync(async () =>
        {
            await writer.AnnounceAsync(new AppliedPosition(History, 400));
            return all.All(node => node.Applied?.Lsn == 400);
        }, "both are there");
        await stop.CancelAsync();
        await Task.WhenAll(readers);

        async Task ReadAsync(CacheManager node)
        {
            while (!stop.IsCancellationRequested)
            {
                var applied = (long)(node.Applied?.Lsn ?? 0);
                var read = await node.GetOrCreateAsync(Key, _ => new ValueTask<long>(Volatile.Read(ref written)), Policy, Token);
                Assert.True(read >= applied, $"{read} was answered at position {applied}");
            }
        }
    }

    [Fact]
    public async Task Nothing_is_announced_without_the_table_that_orders_it()
    {
        var node = await _nodes.AddAsync();
        await (await _nodes.RedisAsync()).KeyDeleteAsync(_nodes.FenceTable);

        Assert.False(await node.AnnounceAsync(new AppliedPosition(History, 100)));
    }

    [Fact]
    public async Task A_position_that_is_none_is_counted_and_passed_over()
    {
        var (meter, count) = _nodes.Metered();
        var node = await _nodes.AddAsync(meter: meter);

        await node.AnnounceAsync(new AppliedPosition("two words", 100));

        await Eventually.HoldsAsync(() => Task.FromResult(count("errors_total:malformed_message") == 1), "it is counted");
        Assert.Null(node.Applied);
    }

    private static Task AppliesAsync(CacheManager node, AppliedPosition position) =>
        Eventually.HoldsAsync(() => Task.FromResult(node.Applied == position), $"{position} is applied");
}

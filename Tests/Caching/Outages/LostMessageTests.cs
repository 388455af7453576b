using Platform.Caching;
using Platform.Caching.Redis;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Caching.Outages;

/// <summary>An invalidation was made and its message does not arrive: the node that missed it finds out, and drops its memory.</summary>
public sealed class LostMessageTests : IAsyncLifetime
{
    private readonly Source _source = new();
    private RedisServer _redis = null!;
    private CacheNode _reader = null!;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hole_in_the_numbers_is_noticed_by_the_next_message(bool isTag)
    {
        await ReadOldAsync(TimeSpan.FromHours(1));
        await using var writer = await CacheNode.ConnectAsync(_redis.Address, _source);

        await InvalidateUnheardAsync(isTag);
        await writer.WriteAsync("book:2", "new");

        await _reader.ReadsAsync("book:1", "new");
        await _reader.AttachedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_last_message_that_is_lost_is_noticed_by_the_heartbeat(bool isTag)
    {
        await ReadOldAsync(TimeSpan.FromSeconds(1));

        await InvalidateUnheardAsync(isTag);

        await _reader.ReadsAsync("book:1", "new");
        await _reader.AttachedAsync();
        Assert.NotEqual(0, _reader.Count("errors_total", "missed_invalidation"));
    }

    [Fact]
    public async Task What_is_said_while_a_killed_subscription_is_away_is_not_missed()
    {
        await ReadOldAsync(TimeSpan.FromHours(1));
        _source.Write("book:1", "new");

        // In one transaction: nobody is subscribed when the message is sent.
        var transaction = (await _redis.DatabaseAsync()).CreateTransaction();
        var killed = transaction.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        var told = InvalidateAsync(transaction, $"{CacheNode.Namespace}:invalidations");
        Assert.True(await transaction.ExecuteAsync());
        await told;

        Assert.InRange((int)await killed, 1, 10);
        await _reader.ReadsAsync("book:1", "new");
    }

    [Theory]
    [InlineData("normal")]
    [InlineData("pubsub")]
    public async Task A_killed_connection_comes_back_and_hears_again(string type)
    {
        await ReadOldAsync(TimeSpan.FromHours(1));
        await using var writer = await CacheNode.ConnectAsync(_redis.Address, _source);

        await _redis.ExecuteAsync("CLIENT", "KILL", "TYPE", type);
        await writer.WriteAsync("book:1", "new");
        await _reader.ReadsAsync("book:1", "new");
        await Task.WhenAll(_reader.AttachedAsync(), writer.AttachedAsync());
        await writer.WriteAsync("book:1", "newer");

        await _reader.ReadsAsync("book:1", "newer");
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("1 2 i 999999999\nbook:1")]
    [InlineData("1 -2 i 5\nbook:1")]
    [InlineData("99999999999999999999 1 i 5\nbook:1")]
    public async Task A_message_that_no_node_sends_is_counted_and_harms_nothing(string message)
    {
        await ReadOldAsync(TimeSpan.FromHours(1));

        await _redis.ExecuteAsync("PUBLISH", $"{CacheNode.Namespace}:invalidations", message);

        await Eventually.HoldsAsync(() => Task.FromResult(_reader.Count("errors_total", "malformed_message") == 1), "it is counted");
        Assert.True(_reader.Cache.IsAttached);
        Assert.Equal((CacheLevel.Memory, "old"), await _reader.ReadAsync("book:1"));
    }

    [Fact]
    public async Task A_number_from_nowhere_makes_a_node_ask_again()
    {
        await ReadOldAsync(TimeSpan.FromHours(1));

        await _redis.ExecuteAsync("PUBLISH", $"{CacheNode.Namespace}:invalidations", "77 5000 i 5\nbook:7");

        // Memory is dropped; what Redis has is right.
        await Eventually.HoldsAsync(async () => (await _reader.ReadAsync("book:1")).Level == CacheLevel.Redis, "the memory is dropped");
    }

    private async Task ReadOldAsync(TimeSpan heartbeat)
    {
        _reader = await CacheNode.ConnectAsync(_redis.Address, _source, options => options.Heartbeat = heartbeat);
        await _reader.FillAsync("book:1", await _redis.DatabaseAsync());
    }

    // Exactly what another node does, but that its message goes nowhere.
    private async Task InvalidateUnheardAsync(bool isTag)
    {
        _source.Write("book:1", "new");
        await InvalidateAsync(await _redis.DatabaseAsync(), "nobody", isTag);
    }

    private static Task<RedisResult> InvalidateAsync(IDatabaseAsync redis, string channel, bool isTag = false)
    {
        var key = new CacheKey("book:1");
        var names = new RedisNames(CacheNode.Namespace);
        var slot = isTag ? FenceSlots.OfTag(CacheNode.Shelf) : FenceSlots.OfKey(key);
        return redis.ScriptEvaluateAsync(RedisScripts.Invalidate, isTag ? [names.Table] : [names.Table, names.Value(key)],
            [channel, FenceMirror.TableBytes, FenceMessage.Write([slot], isTag ? [] : [key]), slot]);
    }
}

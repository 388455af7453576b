using Platform.Realtime.Changes;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime;

/// <summary>Redis is killed and comes back with all, with some or with nothing of what it had: what is missing is at or below the floor.</summary>
public sealed class RedisLossTests(Stack stack) : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private PublishedLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        _log = await PublishedLog.CreateAsync(stack, _redis);
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Restarted_with_its_data_it_goes_on_with_nothing_missing_and_nothing_twice()
    {
        await _log.StartNodeAsync();
        var before = await _log.AddBooksAsync(3);
        await _log.EventsAsync(3);
        await _log.CaughtUpAsync();
        var state = await _log.StateAsync();
        await _redis.SaveAsync();

        await _redis.KillAsync();
        var meanwhile = await _log.AddBooksAsync(2);
        await _redis.StartAsync();

        await _log.EventsAsync(5);
        Assert.Equal([.. before, .. meanwhile], await _log.BooksAsync());
        Assert.Equal((state.Epoch, state.Floor), ((await _log.StateAsync()).Epoch, (await _log.StateAsync()).Floor));
    }

    [Fact]
    public async Task Restarted_without_its_data_it_says_that_what_was_there_is_not()
    {
        await _log.StartNodeAsync();
        await _log.AddBooksAsync(3);
        var lost = await _log.EventsAsync(3);
        var epoch = (await _log.StateAsync()).Epoch;
        await _log.CaughtUpAsync();

        await _redis.KillAsync();
        var meanwhile = await _log.AddBooksAsync(2);
        await _redis.StartAsync();

        await _log.EventsAsync(2);
        var state = await _log.StateAsync();
        Assert.Equal(meanwhile, await _log.BooksAsync());
        Assert.Equal(epoch, state.Epoch);
        Assert.Equal(lost[^1].Id, state.Floor);
    }

    [Fact]
    public async Task It_is_said_though_nobody_writes()
    {
        await _log.StartNodeAsync(("ChangeStream:HeartbeatInterval", "01:00:00"));
        await _log.AddBooksAsync(1);
        var lost = await _log.EventsAsync(1);

        await _redis.ExecuteAsync("FLUSHALL");

        await Eventually.HoldsAsync(async () => await _log.Reader.ReadAsync(default, null, 1) is { } page && page.Floor == lost[0].Id, "the floor is what was lost");
    }

    [Fact]
    public async Task Restarted_from_an_old_snapshot_it_does_not_pass_for_complete()
    {
        await _log.StartNodeAsync();
        await _log.AddBooksAsync(2);
        await _log.EventsAsync(2);
        await _redis.SaveAsync();
        await _log.AddBooksAsync(3);
        var known = await _log.EventsAsync(5);
        await _log.CaughtUpAsync();

        await _redis.KillAsync();
        await _redis.StartAsync();
        var after = await _log.AddBookAsync();

        await Eventually.HoldsAsync(async () => (await _log.BooksAsync()).Contains(after), "what is new is there");
        await NothingIsMissingSilentlyAsync(known);
        // The publisher knows what it published last, so that who has had it misses nothing.
        Assert.Equal(known[^1].Id, (await _log.StateAsync()).Floor);
    }

    [Fact]
    public async Task Nor_does_it_when_the_publisher_died_with_it()
    {
        var first = await _log.StartNodeAsync(("ChangeStream:SenderTimeout", "00:00:03"));
        await _log.AddBooksAsync(2);
        await _log.EventsAsync(2);
        await _redis.SaveAsync();
        await _log.AddBooksAsync(3);
        var known = await _log.EventsAsync(5);
        // Some of it is confirmed, and will not come again.
        await Eventually.HoldsAsync(async () => await _log.ConfirmedAsync() > known[3].Id, "the server has forgotten");

        await first.KillAsync();
        await _redis.KillAsync();
        await _redis.StartAsync();
        await _log.StartNodeAsync();
        var after = await _log.AddBookAsync();

        await Eventually.HoldsAsync(async () => (await _log.BooksAsync()).Contains(after), "what is new is there");
        await NothingIsMissingSilentlyAsync(known);
        Assert.True((await _log.StateAsync()).Floor > known[3].Id);
    }

    [Fact]
    public async Task A_publisher_that_was_frozen_with_a_batch_in_hand_changes_nothing_when_it_wakes()
    {
        var (proxy, through) = TcpProxy.BeforeRedis(_log.Redis);
        await using var _ = proxy;
        (string, string)[] quick = [("ChangeStream:SenderTimeout", "00:00:01")];
        var frozen = await _log.StartNodeAsync([("ConnectionStrings:redis", through), .. quick]);
        var before = await _log.AddBookAsync();
        await _log.EventsAsync(1);

        // Its command is on the way when it stops.
        proxy.Stall();
        var held = await _log.AddBookAsync();
        frozen.Freeze();
        await _log.StartNodeAsync(quick);
        await _log.EventsAsync(2);
        var after = await _log.AddBookAsync();
        await _log.EventsAsync(3);
        proxy.Restore();
        frozen.Thaw();
        var last = await _log.AddBookAsync();

        await _log.EventsAsync(4);
        await _log.CaughtUpAsync();
        Assert.Equal([before, held, after, last], await _log.BooksAsync());
    }

    private async Task NothingIsMissingSilentlyAsync(IEnumerable<ChangeEvent> known)
    {
        var floor = (await _log.StateAsync()).Floor;
        var there = (await _log.EventsAsync()).Select(change => change.Id).ToHashSet();
        Assert.All(known, change => Assert.True(change.Id <= floor || there.Contains(change.Id), $"{change.Id} is missing above {floor}"));
    }
}

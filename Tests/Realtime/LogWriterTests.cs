using Microsoft.Extensions.Logging.Abstractions;
using NpgsqlTypes;
using Platform.ChangeStream;
using Platform.Realtime.Changes;
using Platform.Realtime.Publishing;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Realtime;

/// <summary>What a publisher does to the log, whatever is in Redis when it comes: no event twice, none missing without the floor saying so.</summary>
public sealed class LogWriterTests(Stack stack) : IAsyncLifetime
{
    private const string History = "aaaa1111";
    private readonly List<LogWriter> _writers = [];
    private ConnectionMultiplexer _redis = null!;
    private ChangeLogOptions _options = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await ConnectionMultiplexer.ConnectAsync(await stack.RedisConnectionStringAsync());
        _options = new ChangeLogOptions($"log-{Guid.CreateVersion7():N}", 1_000, TimeSpan.FromDays(1));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var writer in _writers)
            writer.Dispose();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_that_comes_again_adds_nothing()
    {
        var session = Session(epoch: 1, startsAt: 100);
        await PublishAsync(Writer(), Batch(session, 100, 110, 1, 2));

        await PublishAsync(Writer(), Batch(Session(epoch: 2, startsAt: 100), 100, 110, 1, 2));

        Assert.Equal(["100-1", "100-2"], await IdsAsync());
    }

    [Fact]
    public async Task Of_a_transaction_of_which_a_part_is_there_the_rest_is_added()
    {
        await PublishAsync(Writer(), Batch(Session(epoch: 1, startsAt: 100), 100, 0, 1, 2));

        var second = Writer();
        var session = Session(epoch: 2, startsAt: 100);
        await PublishAsync(second, Batch(session, 100, 0, 1, 2, 3));
        await PublishAsync(second, Batch(session, 100, 110, 4));

        Assert.Equal(["100-1", "100-2", "100-3", "100-4"], await IdsAsync());
        Assert.Equal("110-0", (await StateAsync()).Position.ToString());
    }

    [Fact]
    public async Task Transactions_that_are_published_at_once_come_again_one_by_one_and_add_nothing()
    {
        var session = Session(epoch: 1, startsAt: 100);
        await PublishAsync(Writer(), [Batch(session, 100, 110, 1, 2), Batch(session, 120, 130), Batch(session, 140, 150, 1)]);

        var second = Writer();
        var again = Session(epoch: 2, startsAt: 110);
        await PublishAsync(second, Batch(again, 120, 130));
        await PublishAsync(second, [Batch(again, 140, 150, 1), Batch(again, 160, 170, 1)]);

        Assert.Equal(["100-1", "100-2", "140-1", "160-1"], await IdsAsync());
        Assert.Equal("170-0", (await StateAsync()).Position.ToString());
    }

    [Fact]
    public async Task One_that_has_lost_the_slot_writes_nothing_any_more()
    {
        var (old, current) = (Writer(), Writer());
        var lost = Session(epoch: 1, startsAt: 100);
        await PublishAsync(old, Batch(lost, 100, 110, 1));
        await PublishAsync(current, Batch(Session(epoch: 2, startsAt: 110), 120, 130, 1));

        await Assert.ThrowsAsync<SlotTakenException>(() => PublishAsync(old, Batch(lost, 125, 135, 1)));
        await Assert.ThrowsAsync<SlotTakenException>(() => PublishAsync(Writer(), Batch(lost, 125, 135, 1)));

        Assert.Equal(["100-1", "120-1"], await IdsAsync());
        Assert.Equal("130-0", (await StateAsync()).Position.ToString());
    }

    [Fact]
    public async Task Ids_are_compared_as_numbers_of_64_bits()
    {
        // As text the shorter is greater, as a double both are the same.
        const ulong High = 9_007_199_254_740_993;
        var writer = Writer();
        var session = Session(epoch: 1, startsAt: 99, serverLsn: ulong.MaxValue);
        await PublishAsync(writer, Batch(session, 99, 100, 9, 10));
        await PublishAsync(writer, Batch(session, High - 2, High - 1, 1));
        await PublishAsync(writer, Batch(session, High, ulong.MaxValue - 1, 1));

        Assert.Equal(["99-9", "99-10", $"{High - 2}-1", $"{High}-1"], await IdsAsync());
        Assert.Equal(2, (await Reader.ReadAsync(new ChangePosition(99, 10), null, 10))!.Events.Count);
    }

    [Fact]
    public async Task What_was_there_before_the_log_may_be_missing()
    {
        await PublishAsync(Writer(), Batch(Session(epoch: 1, startsAt: 100), 100, 110, 1));

        var state = await StateAsync();

        Assert.Equal(("100-0", "110-0", History), (state.Floor.ToString(), state.Position.ToString(), state.Epoch));
    }

    [Fact]
    public async Task The_oldest_go_when_there_are_too_many_and_the_floor_is_the_last_that_went()
    {
        var writer = Writer(_options = _options with { Length = 5 });
        var session = Session(epoch: 1, startsAt: 100);
        await PublishAsync(writer, Batch(session, 100, 110, 1, 2, 3));
        await PublishAsync(writer, Batch(session, 120, 130, 4, 5, 7, 9));

        Assert.Equal(["100-3", "120-4", "120-5", "120-7", "120-9"], await IdsAsync());
        Assert.Equal("100-2", (await StateAsync()).Floor.ToString());
    }

    [Fact]
    public async Task A_batch_of_more_than_are_kept_keeps_its_last()
    {
        var writer = Writer(_options = _options with { Length = 2 });

        await PublishAsync(writer, Batch(Session(epoch: 1, startsAt: 100), 100, 110, [.. Enumerable.Range(1, 450)]));

        Assert.Equal(["100-449", "100-450"], await IdsAsync());
        Assert.Equal("100-448", (await StateAsync()).Floor.ToString());
    }

    [Fact]
    public async Task The_old_go_when_something_new_comes()
    {
        var clock = new ManualClock();
        var writer = Writer(clock: clock);
        var session = Session(epoch: 1, startsAt: 100);
        await PublishAsync(writer, Batch(session, 100, 110, 1), clock.GetUtcNow());
        clock.Advance(TimeSpan.FromHours(12));
        await PublishAsync(writer, Batch(session, 120, 130, 1), clock.GetUtcNow());
        clock.Advance(TimeSpan.FromHours(13));
        Assert.Equal(["100-1", "120-1"], await IdsAsync());

        await PublishAsync(writer, Batch(session, 140, 150));

        Assert.Equal(["120-1"], await IdsAsync());
        Assert.Equal("100-1", (await StateAsync()).Floor.ToString());
    }

    [Fact]
    public async Task A_log_that_lost_all_begins_anew_after_the_last_event_that_was_in_it()
    {
        var writer = Writer();
        var session = Session(epoch: 1, startsAt: 100);
        await PublishAsync(writer, Batch(session, 100, 110, 1, 2));
        await PublishAsync(writer, Batch(session, 120, 130));
        await Database.KeyDeleteAsync(_options.Keys);

        await PublishAsync(writer, Batch(session, 140, 150, 1));

        Assert.Equal(["140-1"], await IdsAsync());
        // Who has had 100-2 misses nothing.
        Assert.Equal(("100-2", "150-0", History), await FloorPositionEpochAsync());
    }

    [Fact]
    public async Task A_log_that_lost_its_end_is_not_gone_on_with()
    {
        var writer = Writer();
        var session = Session(epoch: 1, startsAt: 100);
        await PublishAsync(writer, Batch(session, 100, 110, 1));
        var saved = await SaveAsync();
        await PublishAsync(writer, Batch(session, 120, 130, 1));
        await PublishAsync(writer, Batch(session, 140, 150, 1));
        await RestoreAsync(saved);

        await PublishAsync(writer, Batch(session, 160, 170, 1));

        Assert.Equal(["160-1"], await IdsAsync());
        Assert.Equal(("140-1", "170-0", History), await FloorPositionEpochAsync());
    }

    [Fact]
    public async Task Another_publisher_finds_that_the_end_was_lost_by_what_was_confirmed()
    {
        var writer = Writer();
        var session = Session(epoch: 1, startsAt: 100);
        await PublishAsync(writer, Batch(session, 100, 110, 1));
        var saved = await SaveAsync();
        await PublishAsync(writer, Batch(session, 120, 130, 1));
        await RestoreAsync(saved);

        await PublishAsync(Writer(), Batch(Session(epoch: 2, startsAt: 130), 140, 150, 1));

        Assert.Equal(["140-1"], await IdsAsync());
        Assert.Equal(("130-0", "150-0", History), await FloorPositionEpochAsync());
    }

    [Fact]
    public async Task What_was_lost_and_had_not_been_confirmed_comes_again_under_its_id()
    {
        var writer = Writer();
        var session = Session(epoch: 1, startsAt: 100);
        await PublishAsync(writer, Batch(session, 100, 110, 1));
        var saved = await SaveAsync();
        await PublishAsync(writer, Batch(session, 120, 130, 1));
        await RestoreAsync(saved);

        var second = Writer();
        var next = Session(epoch: 2, startsAt: 110);
        await PublishAsync(second, Batch(next, 120, 130, 1));
        await PublishAsync(second, Batch(next, 140, 150, 1));

        Assert.Equal(["100-1", "120-1", "140-1"], await IdsAsync());
        Assert.Equal("100-0", (await StateAsync()).Floor.ToString());
    }

    [Fact]
    public async Task Entries_that_went_without_a_word_raise_the_floor_for_readers_at_once()
    {
        var writer = Writer();
        var session = Session(epoch: 1, startsAt: 100);
        await PublishAsync(writer, Batch(session, 100, 110, 1));
        await Database.KeyDeleteAsync(_options.Keys[0]);

        Assert.Equal("110-0", (await StateAsync()).Floor.ToString());

        await PublishAsync(writer, Batch(session, 120, 130, 1));
        Assert.Equal(("110-0", "130-0", History), await FloorPositionEpochAsync());
        Assert.Equal(["120-1"], await IdsAsync());
    }

    [Fact]
    public async Task It_is_found_out_while_nothing_is_published()
    {
        var writer = Writer();
        await PublishAsync(writer, Batch(Session(epoch: 1, startsAt: 100), 100, 110, 1));
        await Database.KeyDeleteAsync(_options.Keys);

        await writer.CheckAsync(Token);

        Assert.Equal(("100-1", "110-0", History), await FloorPositionEpochAsync());
    }

    [Fact]
    public async Task After_a_gap_nothing_before_it_is_there()
    {
        var writer = Writer();
        await PublishAsync(writer, Batch(Session(epoch: 1, startsAt: 100), 100, 110, 1));
        var session = Session(epoch: 2, startsAt: 200);
        var gap = new ChangeBatch { Session = session, CommitLsn = new(200), Gap = new ChangeGap(new(110), new(200), [], "lost") };

        await PublishAsync(writer, gap);
        Assert.Equal(("200-0", "200-0", History), await FloorPositionEpochAsync());
        Assert.Empty(await IdsAsync());

        await PublishAsync(writer, Batch(session, 210, 220, 1));
        await PublishAsync(writer, gap);
        Assert.Equal(["210-1"], await IdsAsync());
    }

    [Fact]
    public async Task Positions_of_another_history_name_other_commits()
    {
        await PublishAsync(Writer(), Batch(Session(epoch: 9, startsAt: 100), 500, 510, 1));

        // Restored, with an older count of epochs and less WAL.
        await PublishAsync(Writer(), Batch(Session(epoch: 2, startsAt: 300, history: "bbbb2222"), 310, 320, 1));

        Assert.Equal(["310-1"], await IdsAsync());
        Assert.Equal(("300-0", "320-0", "bbbb2222"), await FloorPositionEpochAsync());
    }

    [Fact]
    public async Task A_database_that_was_put_back_on_its_own_timeline_has_another_epoch()
    {
        await PublishAsync(Writer(), Batch(Session(epoch: 9, startsAt: 100), 500, 510, 1));

        await PublishAsync(Writer(), Batch(Session(epoch: 2, startsAt: 300, serverLsn: 400), 410, 420, 1));

        var state = await StateAsync();
        Assert.Equal(["410-1"], await IdsAsync());
        Assert.Equal("300-0", state.Floor.ToString());
        Assert.StartsWith(History, state.Epoch, StringComparison.Ordinal);
        Assert.NotEqual(History, state.Epoch);
    }

    private IDatabase Database => _redis.GetDatabase();

    private LogReader Reader => new(_redis, _options);

    private static ChangeStreamSession Session(long epoch, ulong startsAt, string history = History, ulong? serverLsn = null) =>
        new(epoch, history, new(startsAt), new(serverLsn ?? startsAt + 1_000));

    /// <summary>A batch with these events; the end of its transaction is 0 when more parts follow.</summary>
    private static ChangeBatch Batch(ChangeStreamSession session, ulong commit, ulong end, params int[] sequences) => new()
    {
        Session = session, CommitLsn = new(commit), EndLsn = new(end), IsLast = end != 0,
        Messages = [.. sequences.Select(sequence => new ChangeMessage(new EventId(new NpgsqlLogSequenceNumber(commit), sequence), "test", default))],
    };

    private static Task PublishAsync(LogWriter writer, ChangeBatch batch, DateTimeOffset? at = null) => PublishAsync(writer, [batch], at);

    private static Task PublishAsync(LogWriter writer, ChangeBatch[] batches, DateTimeOffset? at = null) => writer.PublishAsync(
        batches, [.. batches.SelectMany(batch => batch.Messages).Select(message => new ChangeEvent(
            new ChangePosition((ulong)message.Id.CommitLsn, message.Id.Sequence), ["test"], "message", at ?? TimeProvider.System.GetUtcNow(), "{}"u8.ToArray()))], Token);

    private LogWriter Writer(ChangeLogOptions? options = null, TimeProvider? clock = null)
    {
        _writers.Add(new LogWriter(_redis, options ?? _options, NullLogger<LogWriter>.Instance, clock ?? TimeProvider.System));
        return _writers[^1];
    }

    private async Task<LogReader.Page> StateAsync() => (await Reader.ReadAsync(default, null, 10_000))!;

    private async Task<IEnumerable<string>> IdsAsync() => (await StateAsync()).Events.Select(change => change.Id.ToString());

    private async Task<(string Floor, string Position, string Epoch)> FloorPositionEpochAsync()
    {
        var state = await StateAsync();
        return (state.Floor.ToString(), state.Position.ToString(), state.Epoch);
    }

    private Task<byte[]?[]> SaveAsync() => Task.WhenAll(_options.Keys.Select(key => Database.KeyDumpAsync(key)));

    private async Task RestoreAsync(byte[]?[] saved)
    {
        await Database.KeyDeleteAsync(_options.Keys);
        foreach (var (key, value) in _options.Keys.Zip(saved))
            await Database.KeyRestoreAsync(key, value!);
    }
}

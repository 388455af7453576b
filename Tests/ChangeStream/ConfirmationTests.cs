using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>The server forgets what was confirmed and nothing else, and an idle stream moves on.</summary>
public sealed class ConfirmationTests(Stack stack) : IAsyncLifetime
{
    private StreamDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await StreamDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task What_was_confirmed_does_not_come_again_and_the_rest_does_under_the_same_ids()
    {
        var first = await _database.ReadFromNowAsync();
        await AddAsync(1, 2, 3);
        await first.TakeAsync();
        var unconfirmed = await first.NextAsync();
        await first.StopAsync();

        var second = _database.Read();
        var again = await second.NextAsync();

        Assert.Equal(Assert.Single(unconfirmed.Changes).Id, Assert.Single(again.Changes).Id);
        Assert.Equal("2", again.Changes[0]["id"].Text);
        Assert.Equal("3", Assert.Single((await second.NextAsync()).Changes)["id"].Text);
        Assert.True(again.Epoch > unconfirmed.Epoch);
    }

    [Fact]
    public async Task A_transaction_of_which_parts_are_confirmed_comes_again_as_a_whole()
    {
        var first = await _database.ReadFromNowAsync(options => options.MaxBatchSize = 2);
        await _database.ExecuteAsync("INSERT INTO things SELECT generate_series(1, 6)");
        await first.TakeAsync();
        await first.TakeAsync();
        await first.StopAsync();

        var again = await _database.Read(options => options.MaxBatchSize = 4).NextAsync();

        Assert.True(again.IsFirst);
        Assert.Equal([1L, 2, 3, 4], again.Changes.Select(change => change.Id.Sequence));
    }

    [Fact]
    public async Task Who_keeps_a_position_of_its_own_gets_transactions_without_changes_too_and_has_to_confirm_them()
    {
        var first = _database.Read(options => options.EmptyBatches = true);
        var heartbeat = await first.TakeAsync();
        var unconfirmed = await first.NextAsync();
        await first.StopAsync();

        var again = await _database.Read(options => options.EmptyBatches = true).NextAsync();

        Assert.Empty(heartbeat.Changes);
        Assert.True(heartbeat.EndLsn > heartbeat.CommitLsn);
        Assert.Equal(heartbeat.EndLsn, again.Session.StartsAt);
        Assert.Equal(unconfirmed.CommitLsn, again.CommitLsn);
        Assert.Equal(heartbeat.Session.History, again.Session.History);
        Assert.True(again.Session.ServerLsn >= unconfirmed.EndLsn);
    }

    [Fact]
    public async Task To_confirm_one_confirms_those_before_it()
    {
        var first = await _database.ReadFromNowAsync();
        await AddAsync(1, 2, 3);
        await first.NextAsync();
        var second = await first.NextAsync();
        await first.ConfirmAsync(second);
        await first.ConfirmAsync(second);
        await first.StopAsync();

        Assert.Equal("3", Assert.Single((await _database.Read().NextAsync()).Changes)["id"].Text);
    }

    [Fact]
    public async Task However_much_is_received_the_slot_stays_where_its_consumer_is()
    {
        var reading = await _database.ReadFromNowAsync();
        await AddAsync(1);
        var batch = await reading.NextAsync();

        // Keepalives and heartbeats come, each further on.
        var before = reading.Status.Slot!.At;
        await Eventually.HoldsAsync(() => Task.FromResult(reading.Status.Slot!.At - before > TimeSpan.FromSeconds(1)), "the server was looked at a few times");

        Assert.True(reading.Status.Slot!.ConfirmedLsn <= batch.CommitLsn);
        Assert.True(reading.Status.Lag > TimeSpan.Zero);
        await reading.ConfirmAsync(batch);
        await Eventually.HoldsAsync(() => Task.FromResult(reading.Status.Slot!.ConfirmedLsn > batch.CommitLsn), "the slot moves on");
        Assert.Equal(TimeSpan.Zero, reading.Status.Lag);
    }

    [Fact]
    public async Task An_idle_stream_lets_the_server_forget_what_others_write()
    {
        await _database.ExecuteAsync("CREATE TABLE others (id int)");
        var reading = await _database.ReadFromNowAsync(options => options.SenderTimeout = TimeSpan.FromSeconds(3));

        await _database.ExecuteAsync("INSERT INTO others SELECT generate_series(1, 10000)");
        var written = await _database.ScalarAsync<NpgsqlTypes.NpgsqlLogSequenceNumber>("SELECT pg_current_wal_lsn()");

        await Eventually.HoldsAsync(() => Task.FromResult(reading.Status.Slot!.ConfirmedLsn >= written), "the slot is past it");
    }

    private async Task AddAsync(params int[] ids)
    {
        foreach (var id in ids)
        {
            await _database.ExecuteAsync("INSERT INTO things VALUES ($1)", id);
        }
    }
}

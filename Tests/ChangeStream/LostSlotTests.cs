using Platform.ChangeStream;
using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>A slot that is gone is told as a gap, however often a reader dies over it.</summary>
public sealed class LostSlotTests(Stack stack) : IAsyncLifetime
{
    private StreamDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await StreamDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_consumer_hears_what_is_missing_and_gets_the_rows_anew()
    {
        await _database.ExecuteAsync("INSERT INTO things VALUES (1, 'old')");
        var confirmed = await LoseAsync(snapshot: true);
        await _database.ExecuteAsync("UPDATE things SET name = 'new'");

        var reading = Read(snapshot: true);
        var gap = (await reading.TakeAsync()).Gap!;
        var snapshot = await reading.TakeAsync();

        Assert.True(gap.From >= confirmed.CommitLsn && gap.To > gap.From);
        Assert.Equal(["public.things"], gap.Tables);
        Assert.Contains("no longer there", gap.Reason, StringComparison.Ordinal);
        Assert.Equal("new", Assert.Single(snapshot.Changes)["name"].Text);
        Assert.Equal("public.things", snapshot.SnapshotOf);
    }

    [Fact]
    public async Task The_gap_is_told_until_it_is_confirmed_and_then_no_more()
    {
        await LoseAsync(snapshot: false);
        var first = Read(snapshot: false);
        var told = await first.NextAsync();
        await first.StopAsync();

        var second = Read(snapshot: false);
        var again = await second.TakeAsync();
        await second.StopAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (7)");

        Assert.Equal(told.Gap!.From, again.Gap!.From);
        var next = await Read(snapshot: false).NextAsync();
        Assert.Null(next.Gap);
        Assert.Equal("7", Assert.Single(next.Changes)["id"].Text);
    }

    [Fact]
    public async Task A_reader_that_died_between_the_loss_and_the_new_slot_leaves_the_gap_to_the_next()
    {
        await LoseAsync(snapshot: false);
        var died = Read(snapshot: false);
        await died.ActiveAsync();
        await died.StopAsync();
        await LoseSlotAsync();

        var gap = (await Read(snapshot: false).NextAsync()).Gap!;

        Assert.Contains("no longer there", gap.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gap_that_was_not_confirmed_before_the_connection_was_lost_can_be_confirmed_when_it_is_told_again()
    {
        await LoseAsync(snapshot: false);
        var (proxy, through) = _database.Proxy();
        await using var _ = proxy;
        var reading = _database.Read(through: through);
        var told = await reading.NextAsync();

        proxy.Cut();
        proxy.Restore();
        var again = await reading.TakeAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (7)");

        Assert.Equal(told.Gap!.From, again.Gap!.From);
        Assert.Equal("7", Assert.Single((await reading.TakeAsync()).Changes)["id"].Text);
    }

    [Fact]
    public async Task The_first_start_is_no_gap()
    {
        var reading = await _database.ReadFromNowAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (1)");

        Assert.Null((await reading.NextAsync()).Gap);
    }

    private Reading Read(bool snapshot) => _database.Read(options => options.Snapshot = snapshot);

    // A reader has confirmed something, and then there is no slot any more.
    private async Task<ChangeBatch> LoseAsync(bool snapshot)
    {
        var reading = Read(snapshot);
        await reading.ActiveAsync();
        if (snapshot)
        {
            await reading.TakeAsync();
        }

        await _database.ExecuteAsync("INSERT INTO things VALUES (99); DELETE FROM things WHERE id = 99");
        var batch = await reading.TakeAsync();
        await reading.StopAsync();
        await LoseSlotAsync();
        return batch;
    }

    private Task LoseSlotAsync() => Eventually.HoldsAsync(async () =>
    {
        if (await _database.ScalarAsync<bool>("SELECT active FROM pg_replication_slots WHERE slot_name = $1", _database.Slot))
        {
            return false;
        }

        await _database.ExecuteAsync("SELECT pg_drop_replication_slot($1)", _database.Slot);
        return true;
    }, "the slot is dropped");
}

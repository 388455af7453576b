using Platform.ChangeStream;
using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>One reader has the slot; another waits, takes over, and what the first still does is refused.</summary>
public sealed class TakeoverTests(Stack stack) : IAsyncLifetime
{
    private StreamDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await StreamDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_second_waits_and_goes_on_where_the_first_was()
    {
        var first = await _database.ReadFromNowAsync();
        var second = _database.Read();
        await _database.ExecuteAsync("INSERT INTO things VALUES (1)");
        var one = await first.TakeAsync();
        await Eventually.HoldsAsync(() => Task.FromResult(second.Status.Slot is { IsActive: true }), "the second has looked");
        Assert.False(second.Status.IsActive);

        await first.StopAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (2)");
        var two = await second.NextAsync();

        Assert.Equal("2", Assert.Single(two.Changes)["id"].Text);
        Assert.True(two.Epoch > one.Epoch);
    }

    [Fact]
    public async Task A_frozen_reader_loses_the_slot_and_cannot_note_anything_any_more()
    {
        await _database.ExecuteAsync("INSERT INTO things SELECT generate_series(1, 10)");
        var (proxy, through) = _database.Proxy();
        await using var frozen = proxy;
        var first = _database.Read(Quick, through);
        var held = await first.NextAsync();
        var second = _database.Read(Quick);

        // As good as a process that was stopped: its connections stay, and nothing comes of them.
        proxy.Stall();
        var taken = await second.NextAsync();
        proxy.Restore();

        Assert.True(taken.Epoch > held.Epoch);
        await Assert.ThrowsAsync<SlotTakenException>(async () => await first.ConfirmAsync(held));
        await second.ConfirmAsync(taken);
        Assert.Equal(4L, await _database.ScalarAsync<long>("SELECT row_count FROM ops.change_stream_snapshots"));

        static void Quick(ChangeStreamOptions options)
        {
            options.SenderTimeout = TimeSpan.FromSeconds(2);
            options.Snapshot = true;
            options.MaxBatchSize = 4;
        }
    }

    [Fact]
    public async Task A_lost_connection_is_made_anew_and_nothing_is_missed()
    {
        var (proxy, through) = _database.Proxy();
        await using var cut = proxy;
        var reading = _database.Read(through: through);
        await reading.ActiveAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (1)");
        await reading.TakeAsync();

        proxy.Cut();
        await _database.ExecuteAsync("INSERT INTO things VALUES (2)");
        await Eventually.HoldsAsync(() => Task.FromResult(reading.Status.Failure is not null), "the reader has noticed");
        proxy.Restore();

        Assert.Equal("2", Assert.Single((await reading.TakeAsync()).Changes)["id"].Text);
        Assert.Null(reading.Status.Failure);
    }
}

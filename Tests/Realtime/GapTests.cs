using Platform.Tests.Support;

namespace Platform.Tests.Realtime;

/// <summary>What the database no longer had for the publisher is a gap in the log, and said to be one.</summary>
public sealed class GapTests(Stack stack) : IAsyncLifetime
{
    private PublishedLog _log = null!;

    public async ValueTask InitializeAsync() => _log = await PublishedLog.CreateAsync(stack);

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task A_slot_that_went_while_nobody_read_it_raises_the_floor_past_what_is_missing()
    {
        var first = await _log.StartNodeAsync();
        await _log.AddBooksAsync(2);
        var before = await _log.EventsAsync(2);
        await first.KillAsync();
        await DropSlotAsync();
        await _log.AddBookAsync("never told");

        await _log.StartNodeAsync();
        var after = await _log.AddBookAsync();

        await Eventually.HoldsAsync(async () => (await _log.BooksAsync()).Contains(after), "what is new is there");
        var state = await _log.StateAsync();
        Assert.True(state.Floor > before[^1].Id, "whoever had the last event is told of the gap");
        Assert.Equal([after], await _log.BooksAsync());
    }

    private Task DropSlotAsync() => Eventually.HoldsAsync(async () =>
    {
        var slot = RealtimeProcess.SlotOf(_log.Database);
        await _log.Database.ExecuteAsync("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active", slot);
        return await _log.Database.ScalarAsync<long>("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1", slot) == 0;
    }, "the slot is dropped");
}

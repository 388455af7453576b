using Platform.ChangeStream;

namespace Platform.Tests.ChangeStream;

/// <summary>A server that lets go of a slot rather than of its disk (<c>max_slot_wal_keep_size</c>): what it no longer has is told.</summary>
public sealed class InvalidatedSlotTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private StreamDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartNewAsync("max_slot_wal_keep_size=1MB", "min_wal_size=32MB");
        _database = await StreamDatabase.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Found_at_the_start_it_is_a_gap_and_the_rows_come_anew()
    {
        var first = Read();
        await first.TakeAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (1, 'confirmed')");
        var confirmed = await first.TakeAsync();
        await first.StopAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (2, 'missed')");
        await InvalidateAsync();

        var reading = Read();
        var gap = (await reading.TakeAsync()).Gap!;
        var snapshot = await reading.TakeAsync();

        Assert.True(gap.From >= confirmed.CommitLsn && gap.To > gap.From);
        Assert.Contains("was invalidated", gap.Reason, StringComparison.Ordinal);
        Assert.Equal(["public.things"], gap.Tables);
        Assert.Equal(["1", "2"], snapshot.Changes.Select(change => change["id"].Text));
    }

    [Fact]
    public async Task While_it_reads_it_is_a_gap_too()
    {
        var reading = Read();
        await reading.TakeAsync();
        await _database.ExecuteAsync("INSERT INTO things VALUES (1)");
        // Its consumer takes so long over this one that the server loses its patience.
        var held = await reading.NextAsync();

        await InvalidateAsync();
        await reading.ConfirmAsync(held);
        ChangeBatch next;
        while ((next = await reading.TakeAsync()).Gap is null)
        {
            // What had been received already.
            Assert.Null(next.SnapshotOf);
        }

        Assert.Contains("was invalidated", next.Gap.Reason, StringComparison.Ordinal);
        Assert.Equal("1", Assert.Single((await reading.TakeAsync()).Changes)["id"].Text);
        await _database.ExecuteAsync("INSERT INTO things VALUES (2)");
        Assert.Equal("2", Assert.Single((await reading.TakeAsync()).Changes)["id"].Text);
    }

    private Reading Read() => _database.Read(options => options.Snapshot = true);

    private async Task InvalidateAsync()
    {
        for (var segment = 0; segment < 5; segment++)
        {
            await _database.ExecuteAsync("INSERT INTO things VALUES (99); DELETE FROM things WHERE id = 99");
            await _database.ExecuteAsync("SELECT pg_switch_wal()");
        }

        await _database.ExecuteAsync("CHECKPOINT");
        Assert.Equal("lost", await _database.ScalarAsync<string>("SELECT wal_status FROM pg_replication_slots WHERE slot_name = $1", _database.Slot));
    }
}

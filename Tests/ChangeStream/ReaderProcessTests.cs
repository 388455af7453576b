using System.Globalization;
using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>Readers in processes of their own, killed and frozen by signals: another takes over, and nothing is missed.</summary>
public sealed class ReaderProcessTests(Stack stack) : IAsyncLifetime
{
    private StreamDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await StreamDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Another_takes_over_within_five_seconds_after_one_is_killed_and_nothing_is_missed()
    {
        var first = _database.ReadInProcess();
        await first.ReadsAsync();
        var second = _database.ReadInProcess();
        await second.WaitsAsync();
        await AddAsync(1, 100);
        await first.DeliversAsync(20);

        first.Kill();
        await AddAsync(101, 200);
        await second.ReadsAsync(TimeSpan.FromSeconds(5));

        var expected = Ids(1, 200);
        await Eventually.HoldsAsync(() => Task.FromResult(second.Batches.Count > 0 && second.Batches[^1].Keys[^1] == expected[^1]), "the second is at the end");
        var (before, after) = (Delivered(first), Delivered(second));
        Assert.Equal(expected[..before.Length], before);
        // Again what was not confirmed, and then all the rest, once and in order.
        Assert.Equal(expected[^after.Length..], after);
        Assert.True(before.Length + after.Length >= expected.Length, $"{before.Length} and {after.Length} of {expected.Length}");
        Assert.True(second.Batches[0].Epoch > first.Batches[^1].Epoch);
    }

    [Fact]
    public async Task A_frozen_one_loses_the_slot_and_is_refused_when_it_goes_on()
    {
        await AddAsync(1, 5);
        var frozen = _database.ReadInProcess(snapshot: true, isHeld: true);
        await frozen.DeliversAsync(1);

        frozen.Freeze();
        var second = _database.ReadInProcess(snapshot: true);
        await second.DeliversAsync(1);
        frozen.Thaw();
        frozen.Confirm();

        await frozen.SaysAsync("refused");
        Assert.Equal(Ids(1, 5), Delivered(second));
        Assert.True(second.Batches[0].Epoch > frozen.Batches[0].Epoch);
        Assert.Equal(5L, await _database.ScalarAsync<long>("SELECT row_count FROM ops.change_stream_snapshots"));
    }

    private async Task AddAsync(int first, int last)
    {
        for (var id = first; id <= last; id++)
        {
            await _database.ExecuteAsync("INSERT INTO things VALUES ($1)", id);
        }
    }

    private static string[] Ids(int first, int last) => [.. Enumerable.Range(first, last - first + 1).Select(id => id.ToString(CultureInfo.InvariantCulture))];

    private static string[] Delivered(ReaderProcess process) => [.. process.Batches.SelectMany(batch => batch.Keys)];
}

using System.Globalization;
using Platform.Realtime.Changes;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Clients;

public sealed class ResumeTests : IAsyncLifetime
{
    private const string Book = "books/0199f000-0000-7000-8000-0000000000aa";
    private const string Other = "books/0199f000-0000-7000-8000-0000000000bb";
    private HandFedNode _node = null!;

    // Memory reaches eight changes back; what is older is read.
    public async ValueTask InitializeAsync() => _node = await HandFedNode.StartAsync(("Realtime:RecentChanges", "8"), ("Realtime:QueueLength", "16"));

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(2_000)]
    public async Task Who_comes_back_is_told_all_since_their_last_id_once_in_order(int missed)
    {
        var after = Commit(0);
        for (var n = 1; n <= missed; n++)
        {
            Commit(n);
            _node.Commit("""{"n":-1}""", Other);
        }

        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        Assert.Equal(after, await client.SubscribeAsync(Book, after));
        Commit(missed + 1);

        Assert.Equal(Enumerable.Range(1, missed + 1), (await client.ToldAsync(missed + 1)).Select(telling => telling.Number));
        Assert.Empty(client.Gaps);
    }

    [Fact]
    public async Task What_is_committed_while_the_past_is_read_comes_after_it()
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        var read = await HoldPastAsync(client);
        for (var n = 101; n <= 200; n++)
        {
            Commit(n);
        }

        Assert.Empty(client.Told);
        read.SetResult();

        Assert.Equal(Enumerable.Range(1, 200), (await client.ToldAsync(200)).Select(telling => telling.Number));
    }

    [Fact]
    public async Task A_subscription_that_is_ended_while_the_past_is_read_is_told_nothing()
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        var read = await HoldPastAsync(client);
        await client.UnsubscribeAsync(Book);
        await client.SubscribeAsync(Book);
        read.SetResult();
        Commit(101);

        Assert.Equal([101], (await client.ToldAsync(1)).Select(telling => telling.Number));
    }

    [Fact]
    public async Task Changes_while_many_come_and_go_are_told_to_each_once_in_order()
    {
        const int Commits = 3_000;
        using var started = new SemaphoreSlim(0);
        var committing = Task.Run(async () =>
        {
            await started.WaitAsync();
            for (var n = 1; n <= Commits; n++)
            {
                Commit(n);
                await Task.Yield();
            }
        }, TestContext.Current.CancellationToken);
        var after = Commit(0);
        started.Release();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var (last, next) = (after, 1);
            while (next <= Commits)
            {
                await using var client = await ChangesClient.ConnectAsync(_node.Address);
                await client.SubscribeAsync(Book, last);
                var told = await client.ToldAsync(1);
                foreach (var telling in told)
                {
                    Assert.Equal("change", telling.Kind);
                    Assert.Equal(next++, telling.Number);
                    last = telling.Id;
                }
            }
        }));
        await committing;
    }

    [Fact]
    public async Task A_position_of_the_api_begins_with_what_was_committed_there()
    {
        Commit(1);
        var second = Commit(2);
        Commit(3);
        var lsn = ulong.Parse(second.Split(':', '-')[1], CultureInfo.InvariantCulture);

        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        await client.SubscribeAsync(Book, string.Create(CultureInfo.InvariantCulture, $"{lsn >> 32:X}/{(uint)lsn:X}"));

        Assert.Equal([2, 3], (await client.ToldAsync(2)).Select(telling => telling.Number));
    }

    [Fact]
    public async Task What_is_kept_no_longer_is_a_gap_before_what_is()
    {
        var after = Commit(0);
        for (var n = 1; n <= 30; n++)
        {
            Commit(n);
        }

        _node.Floor = Position(Commit(31));
        for (var n = 32; n <= 60; n++)
        {
            Commit(n);
        }

        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        await client.SubscribeAsync(Book, after);

        var told = await client.ToldAsync(30);
        Assert.Equal(("gap", Book, "lost"), (told[0].Kind, told[0].Topic, told[0].Reason));
        Assert.Equal((after, $"{HandFedNode.Epoch}:{_node.Floor}"), (told[0].Body.GetProperty("from").GetString(), told[0].Body.GetProperty("to").GetString()));
        Assert.Equal(Enumerable.Range(32, 29), told.Skip(1).Select(telling => telling.Number));
    }

    [Fact]
    public async Task What_is_lost_while_one_is_connected_is_told_too()
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        await client.SubscribeAsync(Book);
        var last = Position(Commit(1));

        _node.Fanout.Lost(last, last with { Sequence = 7 }, "lost");
        Commit(2);

        var told = await client.ToldAsync(3);
        Assert.Equal(["change", "gap", "change"], told.Select(telling => telling.Kind));
        Assert.Equal($"{HandFedNode.Epoch}:{last}", told[1].Body.GetProperty("from").GetString());
    }

    [Fact]
    public async Task An_id_of_another_history_is_a_gap_up_to_now()
    {
        Commit(1);
        await using var client = await ChangesClient.ConnectAsync(_node.Address);

        var begins = await client.SubscribeAsync(Book, "fff999:999999-1");
        Commit(2);

        var told = await client.ToldAsync(2);
        Assert.Equal(("gap", "history", "fff999:999999-1", begins), (told[0].Kind, told[0].Reason, told[0].Body.GetProperty("from").GetString(), told[0].Body.GetProperty("to").GetString()));
        Assert.Equal(2, told[1].Number);
    }

    [Fact]
    public async Task Another_history_while_one_is_connected_is_a_gap()
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        await client.SubscribeAsync(Book);
        var last = Commit(1);

        _node.Fanout.Begin("def456", new ChangePosition(5, 0));
        Commit(2);

        var told = await client.ToldAsync(3);
        Assert.Equal(("gap", "history", last, "def456:5-0"), (told[1].Kind, told[1].Reason, told[1].Body.GetProperty("from").GetString(), told[1].Body.GetProperty("to").GetString()));
        Assert.StartsWith("def456:", told[2].Id, StringComparison.Ordinal);
    }

    // The client is told of a hundred changes when the past may be read.
    private async Task<TaskCompletionSource> HoldPastAsync(ChangesClient client)
    {
        var after = Commit(0);
        var read = new TaskCompletionSource();
        _node.MayReadPast = read.Task;
        for (var n = 1; n <= 100; n++)
        {
            Commit(n);
        }

        await client.SubscribeAsync(Book, after);
        await Eventually.HoldsAsync(() => Task.FromResult(!_node.Readings.IsEmpty), "the past is read");
        return read;
    }

    private string Commit(int n) => _node.Commit(string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{n}}}"""), Book);

    private static ChangePosition Position(string id) => ChangePosition.TryParse(id.Split(':')[1], out var position) ? position : throw new FormatException(id);
}

using System.Globalization;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Platform.Realtime.Subscriptions;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Clients;

public sealed class SlowClientTests
{
    private const string Book = "books/0199f000-0000-7000-8000-0000000000aa";
    private const string Stock = "stock/0199f000-0000-7000-8000-0000000000cc";
    private static readonly string Padding = new('x', 1_000);

    [Fact]
    public async Task A_thousand_clients_that_take_nothing_cost_their_bounds_and_delay_nobody()
    {
        const int Clients = 1_000;
        const int QueueBytes = 32 << 10;
        const int Commits = 500;
        await using var node = await HandFedNode.StartAsync(("Realtime:QueueBytes", "32768"), ("Realtime:ConnectionsPerAddress", "2000"),
            // None is let go meanwhile.
            ("Realtime:SendTimeout", "00:10:00"), ("Realtime:KeepAlive", "00:05:00"));
        await using var healthy = await ChangesClient.ConnectAsync(node.Address);
        await healthy.SubscribeAsync(Book);
        var stalled = new List<StalledClient>();
        for (var i = 0; i < Clients; i++)
        {
            stalled.Add(await StalledClient.SubscribeAsync(node.Address, Book));
        }

        var feeds = node.Fanout.Feeds(Book);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var n = 1; n <= Commits; n++)
        {
            Commit(node, n, Book);
            if (n % 10 == 0)
            {
                await healthy.ToldAsync(n);
            }
        }

        Assert.Equal(Enumerable.Range(1, Commits), healthy.Changes.Select(telling => telling.Number));
        Assert.Empty(healthy.Gaps);
        Assert.Equal(Clients + 1, feeds.Count);
        Assert.All(feeds, feed => Assert.InRange(feed.Bytes, 0, QueueBytes));
        // For each: its queue, and what SignalR and Kestrel hold for it, and the client here.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, Clients * 256L << 10);

        foreach (var client in stalled.Take(3))
        {
            await ReadsToTheEndAsync(client, Commits);
        }

        stalled.ForEach(client => client.Dispose());
        await Eventually.HoldsAsync(() => Task.FromResult(node.Fanout.Subscriptions == 1), "only the healthy client is left");
    }

    [Fact]
    public async Task Of_a_state_a_slow_client_is_told_the_last_and_how_many_before_it_were_left_out()
    {
        const int Commits = 2_000;
        await using var node = await HandFedNode.StartAsync();
        using var client = await StalledClient.SubscribeAsync(node.Address, Stock);

        for (var n = 1; n <= Commits; n++)
        {
            Commit(node, n, Stock);
        }

        var (last, known, left) = (0, 0, 0);
        while (last < Commits)
        {
            var (kind, body) = await client.TakeAsync();
            Assert.Equal("change", kind);
            Assert.True(body.GetProperty("data").GetProperty("n").GetInt32() > last);
            last = body.GetProperty("data").GetProperty("n").GetInt32();
            var skipped = body.TryGetProperty("skipped", out var count) ? count.GetInt32() : 0;
            (known, left) = (known + 1 + skipped, left + skipped);
            Assert.Equal(last, known);
        }

        Assert.True(left > 0);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_for_long_is_let_go()
    {
        await using var node = await HandFedNode.StartAsync(("Realtime:SendTimeout", "00:00:00.5"));
        using var client = await StalledClient.SubscribeAsync(node.Address, Book);

        var n = 0;
        await Eventually.HoldsAsync(() =>
        {
            // More than all that is between the two takes.
            for (var i = 0; i < 100; i++)
            {
                Commit(node, ++n, Book);
            }

            return Task.FromResult(node.Fanout.Subscriptions == 0);
        }, "it is let go");
        await Assert.ThrowsAnyAsync<WebSocketException>(async () =>
        {
            while (true)
            {
                await client.TakeAsync();
            }
        });
    }

    [Fact]
    public async Task A_connection_that_fails_is_ended_and_the_others_are_told()
    {
        await using var node = await HandFedNode.StartAsync();
        var services = node.Services.GetRequiredService<SubscriberServices>();
        var failing = new FailingOutput();
        using var subscriber = new Subscriber(services, failing, null, static _ => { });
        await subscriber.SubscribeAsync([Book], null, TestContext.Current.CancellationToken);
        await using var client = await ChangesClient.ConnectAsync(node.Address);
        await client.SubscribeAsync(Book);

        Commit(node, 1, Book);
        Commit(node, 2, Book);

        await client.ToldAsync(2);
        await failing.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(1, node.Fanout.Subscriptions);
    }

    private sealed class FailingOutput : IFeedOutput
    {
        public TaskCompletionSource Aborted { get; } = new();

        public ValueTask WriteAsync(IReadOnlyList<QueuedNotice> notices, CancellationToken cancellationToken) => throw new IOException("It is broken.");

        public void Abort() => Aborted.TrySetResult();
    }

    // All in order, or a gap that begins where the last was and ends where the next begins.
    private static async Task ReadsToTheEndAsync(StalledClient client, int commits)
    {
        var (last, lastId, gaps) = (0, "", 0);
        while (last < commits)
        {
            var (kind, body) = await client.TakeAsync();
            if (kind == "gap")
            {
                Assert.Equal(("slow", lastId), (body.GetProperty("reason").GetString(), body.GetProperty("from").GetString()));
                (lastId, gaps) = (body.GetProperty("to").GetString()!, gaps + 1);
                // Ids are ten apart.
                last = (int)((ulong.Parse(lastId.Split(':', '-')[1], CultureInfo.InvariantCulture) - 1_000) / 10);
                continue;
            }

            Assert.Equal(++last, body.GetProperty("data").GetProperty("n").GetInt32());
            lastId = body.GetProperty("id").GetString()!;
        }

        Assert.True(gaps > 0);
    }

    private static void Commit(HandFedNode node, int n, string topic) => node.Commit(string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{n}},"padding":"{{Padding}}"}"""), topic);
}

using Platform.Tests.Realtime.Clients;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime;

/// <summary>From a row to clients, over real nodes: whichever node they are at, whichever dies, whatever Redis forgets.</summary>
public sealed class NodesTests(Stack stack) : IAsyncLifetime
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
    public async Task Clients_of_every_node_are_told_the_same_in_the_same_order()
    {
        var nodes = new[] { await _log.StartNodeAsync(), await _log.StartNodeAsync() };
        var book = await _log.AddBookAsync();
        await _log.EventsAsync(1);
        var clients = await Task.WhenAll(nodes.Select(node => ChangesClient.ConnectAsync(node.Address)));
        foreach (var client in clients)
            await client.SubscribeAsync($"books/{book}");

        await RateAsync(book, 1, 5);

        var told = await Task.WhenAll(clients.Select(client => client.ToldAsync(5)));
        Assert.All(told, tellings => Assert.Equal([1, 2, 3, 4, 5], tellings.Select(Ratings)));
        Assert.Equal(told[0].Select(telling => telling.Id), told[1].Select(telling => telling.Id));
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task A_client_whose_node_is_killed_goes_on_at_another_where_it_was()
    {
        var publisher = await _log.StartNodeAsync();
        var other = await _log.StartNodeAsync();
        var book = await _log.AddBookAsync();
        var added = await _log.NowAsync();
        await using var before = await ChangesClient.ConnectAsync(publisher.Address);
        await before.SubscribeAsync($"books/{book}", added);
        await RateAsync(book, 1, 5);
        var last = (await before.ToldAsync(5))[^1].Id;

        await publisher.KillAsync();
        await RateAsync(book, 6, 10);
        await using var after = await ChangesClient.ConnectAsync(other.Address);
        await after.SubscribeAsync($"books/{book}", last);
        await RateAsync(book, 11, 15);

        var told = await after.ToldAsync(10);
        Assert.Equal([6, 7, 8, 9, 10, 11, 12, 13, 14, 15], told.Select(Ratings));
        Assert.Empty(after.Gaps);
    }

    [Fact]
    public async Task When_redis_forgets_all_who_had_all_misses_nothing_and_who_comes_back_is_told_of_a_gap()
    {
        var node = await _log.StartNodeAsync();
        var book = await _log.AddBookAsync();
        var added = await _log.NowAsync();
        await using var connected = await ChangesClient.ConnectAsync(node.Address);
        var start = await connected.SubscribeAsync($"books/{book}", added);
        await RateAsync(book, 1, 3);
        await connected.ToldAsync(3);

        await _redis.KillAsync();
        await RateAsync(book, 4, 5);
        await _redis.StartAsync();

        Assert.Equal([1, 2, 3, 4, 5], (await connected.ToldAsync(5)).Select(Ratings));
        // Another node has nothing in its memory.
        var other = await _log.StartNodeAsync();
        await using var returned = await ChangesClient.ConnectAsync(other.Address);
        await returned.SubscribeAsync($"books/{book}", start);
        var told = await returned.ToldAsync(3);
        Assert.Equal(["gap", "change", "change"], told.Select(telling => telling.Kind));
        Assert.Equal([4, 5], told.Skip(1).Select(Ratings));
        Assert.Empty(connected.Gaps);
    }

    private static int Ratings(ChangesClient.Telling telling) => telling.Body.GetProperty("data").GetProperty("ratingsCount").GetInt32();

    private async Task RateAsync(Guid book, int from, int to)
    {
        for (var n = from; n <= to; n++)
            await _log.Database.ExecuteAsync("UPDATE catalog.books SET ratings_count = $2 WHERE id = $1", book, (long)n);
    }
}

using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Clients;

public sealed class NodeDeathTests(Stack stack)
{
    [Fact]
    public async Task When_the_node_that_publishes_is_killed_clients_go_on_at_the_other()
    {
        await using var log = await PublishedLog.CreateAsync(stack);
        var first = await log.StartNodeAsync();
        var second = await log.StartNodeAsync();
        var book = await log.AddBookAsync();
        var added = await log.NowAsync();
        await using var client = await ChangesClient.ConnectAsync(second.Address);
        await using var lost = await ChangesClient.ConnectAsync(first.Address);
        var last = await lost.SubscribeAsync($"books/{book}", added);
        await client.SubscribeAsync($"books/{book}", added);

        await first.KillAsync();
        for (var year = 1; year <= 20; year++)
        {
            await log.Database.ExecuteAsync("UPDATE catalog.books SET published_year = $2 WHERE id = $1", book, year);
        }

        await using var moved = await ChangesClient.ConnectAsync(second.Address);
        await moved.SubscribeAsync($"books/{book}", last);
        Assert.Equal(Enumerable.Range(1, 20), (await client.ToldAsync(20)).Select(telling => telling.Body.GetProperty("data").GetProperty("publishedYear").GetInt32()));
        Assert.Equal(Enumerable.Range(1, 20), (await moved.ToldAsync(20)).Select(telling => telling.Body.GetProperty("data").GetProperty("publishedYear").GetInt32()));
    }
}

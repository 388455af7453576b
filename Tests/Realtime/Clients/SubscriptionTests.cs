using Microsoft.AspNetCore.SignalR;

namespace Platform.Tests.Realtime.Clients;

public sealed class SubscriptionTests : IAsyncLifetime
{
    private const string Book = "books/0199f000-0000-7000-8000-0000000000aa";
    private const string Other = "books/0199f000-0000-7000-8000-0000000000bb";
    private const string Stock = "stock/0199f000-0000-7000-8000-0000000000cc";
    private HandFedNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await HandFedNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_subscriber_is_told_of_its_topic_and_of_no_other_in_order()
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        await client.SubscribeAsync(Book);

        var first = _node.Commit("""{"n":1}""", Book, "catalog");
        _node.Commit("""{"n":2}""", Other, "catalog");
        _node.Commit("""{"n":3}""", Book);

        var told = await client.ToldAsync(2);
        Assert.Equal([1, 3], told.Select(telling => telling.Number));
        Assert.Equal((first, Book, "update", "0/3F3"), (told[0].Id, told[0].Topic, told[0].Body.GetProperty("op").GetString(), told[0].Body.GetProperty("lsn").GetString()));
        Assert.Equal("1970-01-01T00:00:00+00:00", told[0].Body.GetProperty("at").GetString());
    }

    [Fact]
    public async Task One_change_of_two_topics_is_told_of_each()
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        await client.SubscribeAsync(Book);
        await client.SubscribeAsync("catalog");

        _node.Commit("""{"n":1}""", Book, "catalog");

        Assert.Equal([Book, "catalog"], (await client.ToldAsync(2)).Select(telling => telling.Topic).Order());
    }

    [Fact]
    public async Task Who_ends_a_subscription_is_told_nothing_more_of_it()
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        await client.SubscribeAsync(Book);
        await client.SubscribeAsync(Other);
        _node.Commit("""{"n":1}""", Book);
        // What waits when it is ended is not told.
        await client.ToldAsync(1);

        await client.UnsubscribeAsync(Book);

        _node.Commit("""{"n":2}""", Book);
        _node.Commit("""{"n":3}""", Other);
        Assert.Equal([1, 3], (await client.ToldAsync(2)).Select(telling => telling.Number));
        await Assert.ThrowsAsync<HubException>(() => client.UnsubscribeAsync(Book));
    }

    [Fact]
    public async Task One_topic_can_be_subscribed_to_once_and_again_when_it_was_ended()
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);
        var from = await client.SubscribeAsync(Book);
        _node.Commit("""{"n":1}""", Book);

        var refused = await Assert.ThrowsAsync<HubException>(() => client.SubscribeAsync(Book));
        await client.ToldAsync(1);
        await client.UnsubscribeAsync(Book);
        await client.SubscribeAsync(Book, from);

        Assert.Contains("subscribed to " + Book, refused.Message, StringComparison.Ordinal);
        Assert.Equal([1, 1], (await client.ToldAsync(2)).Select(telling => telling.Number));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("books")]
    [InlineData("books/1")]
    [InlineData("books/0199F000-0000-7000-8000-0000000000AA")]
    [InlineData("books/0199f000-0000-7000-8000-0000000000aa/authors")]
    [InlineData("users/0199f000-0000-7000-8000-0000000000aa")]
    [InlineData("!session/0199f000-0000-7000-8000-0000000000aa")]
    [InlineData("!all")]
    public async Task What_is_no_topic_is_refused_with_the_topics_there_are(string? topic)
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);

        var refused = await Assert.ThrowsAsync<HubException>(() => client.SubscribeAsync(topic));

        Assert.Contains("topics are books/{id}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("1010-1")]
    [InlineData("abc123:1010")]
    [InlineData("abc123:-1010-1")]
    [InlineData("abc123:1010-1-1")]
    [InlineData("ABC123:1010-1")]
    [InlineData("0/")]
    [InlineData("0/123456789")]
    [InlineData("1/2/3")]
    [InlineData("abc123:99999999999999999999999-1")]
    public async Task What_is_no_position_is_refused_with_the_forms_there_are(string after)
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);

        var refused = await Assert.ThrowsAsync<HubException>(() => client.SubscribeAsync(Stock, after));

        Assert.Contains("after must be an id as it was received", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users/me")]
    [InlineData("orders/0199f000-0000-7000-8000-0000000000aa")]
    public async Task Strangers_are_asked_to_log_in_for_what_is_somebodys(string topic)
    {
        await using var client = await ChangesClient.ConnectAsync(_node.Address);

        var refused = await Assert.ThrowsAsync<HubException>(() => client.SubscribeAsync(topic));

        Assert.Contains("Log in", refused.Message, StringComparison.Ordinal);
    }
}

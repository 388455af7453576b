using System.Net;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Clients;

/// <summary>Who may be told, and until when: tokens and rights are those of a real Api.</summary>
public sealed class AccessTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private const string Book = "books/0199f000-0000-7000-8000-0000000000aa";
    private GatedApi _api = null!;
    private HandFedNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _api = new GatedApi(api.NewClient());
        _node = await HandFedNode.StartAsync(_api, null, ("Realtime:AccessTimeout", "00:00:20"));
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _api.Dispose();
    }

    [Fact]
    public async Task An_order_is_told_to_its_owner_and_to_staff_and_to_nobody_else()
    {
        var (buyer, order, _) = await api.OrderedAsync();
        var (other, _) = await api.BuyerAsync();
        var topic = $"orders/{order.OrderId()}";
        await using var owner = await ConnectAsync(buyer);
        await using var staff = await ConnectAsync(api.Admin);
        await using var stranger = await ConnectAsync(other);
        await owner.SubscribeAsync(topic);
        await staff.SubscribeAsync(topic);

        var refused = await Assert.ThrowsAsync<HubException>(() => stranger.SubscribeAsync(topic));
        _node.Commit("""{"n":1}""", topic, $"users/{Id(buyer)}");

        Assert.Contains("There is no orders/", refused.Message, StringComparison.Ordinal);
        Assert.Equal([1], (await owner.ToldAsync(1)).Select(telling => telling.Number));
        Assert.Equal([1], (await staff.ToldAsync(1)).Select(telling => telling.Number));
        Assert.Empty(stranger.Told);
    }

    [Fact]
    public async Task Of_users_each_is_told_of_themselves()
    {
        var (buyer, _) = await api.BuyerAsync();
        var (other, _) = await api.BuyerAsync();
        await using var client = await ConnectAsync(buyer);
        await client.SubscribeAsync("users/me");

        _node.Commit("""{"n":1}""", $"users/{Id(other)}");
        _node.Commit("""{"n":2}""", $"users/{Id(buyer)}");

        var told = await client.ToldAsync(1);
        Assert.Equal(("users/me", 2), (told[0].Topic, told[0].Number));
    }

    [Fact]
    public async Task A_logout_ends_the_connection_and_nothing_more_of_it_is_told()
    {
        var (buyer, order, _) = await api.OrderedAsync();
        var topic = $"orders/{order.OrderId()}";
        await using var client = await ConnectAsync(buyer);
        await client.SubscribeAsync(topic);
        var session = Claim(buyer, "sid");
        await buyer.SendAsync(HttpMethod.Post, "/api/v1/auth/logout");

        _node.Commit("{}", $"!session/{session}");
        _node.Commit("""{"n":1}""", topic);

        await client.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Empty(client.Changes);
        await using var again = await ConnectAsync(buyer);
        await Assert.ThrowsAsync<HubException>(() => again.SubscribeAsync(topic));
    }

    [Fact]
    public async Task Who_is_staff_no_longer_is_told_nothing_more_of_others_orders()
    {
        var (_, order, _) = await api.OrderedAsync();
        using var librarian = await api.ClientOfAsync("dismissed@example.org", "librarian");
        var topic = $"orders/{order.OrderId()}";
        await using var client = await ConnectAsync(librarian);
        await client.SubscribeAsync(topic);
        await client.SubscribeAsync("users/me");
        var held = new TaskCompletionSource();
        _api.Gate = _ => held.Task;
        await api.Database.ExecuteAsync("DELETE FROM identity.user_roles WHERE user_id = $1", Guid.Parse(Id(librarian)));

        _node.Commit("{}", $"!user/{Id(librarian)}");
        _node.Commit("""{"n":1}""", topic);
        _node.Commit("""{"n":2}""", $"users/{Id(librarian)}");
        await Eventually.HoldsAsync(() => Task.FromResult(_api.Questions == 4), "both rights are asked for again");
        Assert.Empty(client.Told);
        held.SetResult();

        var told = await client.ToldAsync(2);
        var gap = Assert.Single(told, telling => telling.Kind == "gap");
        Assert.Equal((topic, "revoked"), (gap.Topic, gap.Reason));
        Assert.Equal(("users/me", 2), Assert.Single(client.Changes.Select(telling => (telling.Topic, telling.Number))));
    }

    [Fact]
    public async Task A_right_that_is_lost_while_it_is_asked_for_is_asked_for_again()
    {
        var (_, order, _) = await api.OrderedAsync();
        using var librarian = await api.ClientOfAsync("unlucky@example.org", "librarian");
        var topic = $"orders/{order.OrderId()}";
        await using var client = await ConnectAsync(librarian);
        var held = new TaskCompletionSource();
        _api.Gate = _ => held.Task;

        var subscribing = client.SubscribeAsync(topic);
        await Eventually.HoldsAsync(() => Task.FromResult(_api.Questions == 1), "the right was given");
        await api.Database.ExecuteAsync("DELETE FROM identity.user_roles WHERE user_id = $1", Guid.Parse(Id(librarian)));
        _node.Commit("{}", $"!user/{Id(librarian)}");
        _node.Commit("""{"n":1}""", topic);
        held.SetResult();

        await Assert.ThrowsAsync<HubException>(() => subscribing);
        Assert.Empty(client.Told);
    }

    [Fact]
    public async Task Who_keeps_their_rights_misses_nothing_when_they_are_asked_for_again()
    {
        var (buyer, order, _) = await api.OrderedAsync();
        var topic = $"orders/{order.OrderId()}";
        await using var client = await ConnectAsync(buyer);
        await client.SubscribeAsync(topic);

        for (var n = 1; n <= 60; n++)
        {
            _node.Commit($$"""{"n":{{n}}}""", topic);
            if (n % 20 == 0)
            {
                _node.Commit("{}", n == 40 ? "!all" : $"!user/{Id(buyer)}");
            }
        }

        Assert.Equal(Enumerable.Range(1, 60), (await client.ToldAsync(60)).Select(telling => telling.Number));
        Assert.InRange(_api.Questions, 2, 4);
    }

    [Fact]
    public async Task What_was_lost_may_have_ended_a_right_so_it_is_asked_for_again()
    {
        var (buyer, order, _) = await api.OrderedAsync();
        var topic = $"orders/{order.OrderId()}";
        await using var client = await ConnectAsync(buyer);
        await client.SubscribeAsync(topic);
        await buyer.SendAsync(HttpMethod.Post, "/api/v1/auth/logout");
        var cursor = _node.Fanout.Now().Cursor;

        _node.Fanout.Lost(cursor, cursor with { Sequence = 9 }, "lost");
        _node.Commit("""{"n":1}""", topic);

        await client.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Empty(client.Changes);
    }

    [Fact]
    public async Task A_question_that_is_not_answered_delays_nothing_else()
    {
        var (buyer, order, _) = await api.OrderedAsync();
        var held = new TaskCompletionSource();
        _api.Gate = topic => topic == "users/me" ? held.Task : Task.CompletedTask;
        await using var client = await ConnectAsync(buyer);
        await using var other = await ConnectAsync(buyer);

        var waiting = client.SubscribeAsync("users/me");
        await client.SubscribeAsync(Book);
        await client.SubscribeAsync($"orders/{order.OrderId()}");
        await other.SubscribeAsync(Book);
        _node.Commit("""{"n":1}""", Book);

        await client.ToldAsync(1);
        await other.ToldAsync(1);
        Assert.False(waiting.IsCompleted);
        held.SetResult();
        await waiting;
    }

    [Fact]
    public async Task Without_the_api_rights_are_not_given_and_what_is_open_goes_on()
    {
        var (buyer, order, _) = await api.OrderedAsync();
        await using var client = await ConnectAsync(buyer);
        _api.IsAway = true;

        var refused = await Assert.ThrowsAsync<HubException>(() => client.SubscribeAsync($"orders/{order.OrderId()}"));
        await client.SubscribeAsync(Book);
        _node.Commit("""{"n":1}""", Book);

        Assert.Contains("try again", refused.Message, StringComparison.Ordinal);
        await client.ToldAsync(1);
        await using var known = await ConnectAsync(buyer);
        Assert.Equal(HubConnectionState.Connected, known.Connection.State);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0IiwiaWQiOiJ4In0.e30.AAAA")]
    [InlineData("changed payload")]
    [InlineData("changed signature")]
    [InlineData("expired")]
    public async Task A_token_that_is_not_good_is_refused(string kind)
    {
        var (buyer, _) = await api.BuyerAsync();
        var parts = Token(buyer).Split('.');
        var token = kind switch
        {
            "changed payload" => $"{parts[0]}.{(parts[1][0] == 'e' ? 'f' : 'e')}{parts[1][1..]}.{parts[2]}",
            "changed signature" => $"{parts[0]}.{parts[1]}.{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}",
            "expired" => Token(buyer),
            _ => kind,
        };
        var clock = new ManualClock();
        clock.Advance(TimeProvider.System.GetUtcNow() - clock.GetUtcNow() + (kind == "expired" ? TimeSpan.FromMinutes(31) + TimeSpan.FromSeconds(1) : TimeSpan.Zero));
        await using var node = await HandFedNode.StartAsync(_api, clock);
        using var http = new HttpClient { BaseAddress = node.Address };

        using var asked = new HttpRequestMessage(HttpMethod.Get, "/changes?topics=catalog") { Headers = { { "Authorization", $"Bearer {token}" } } };
        using var answer = await http.SendAsync(asked, TestContext.Current.CancellationToken);
        using var byQuery = await http.GetAsync($"/hubs/changes?access_token={token}", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (answer.StatusCode, byQuery.StatusCode));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => ChangesClient.ConnectAsync(node.Address, token));
    }

    [Fact]
    public async Task A_connection_ends_with_its_token()
    {
        var (buyer, _) = await api.BuyerAsync();
        var clock = new ManualClock();
        clock.Advance(TimeProvider.System.GetUtcNow() - clock.GetUtcNow());
        await using var node = await HandFedNode.StartAsync(_api, clock);
        await using var client = await ChangesClient.ConnectAsync(node.Address, Token(buyer));
        await using var stranger = await ChangesClient.ConnectAsync(node.Address);
        await client.SubscribeAsync(Book);
        await stranger.SubscribeAsync(Book);

        clock.Advance(TimeSpan.FromMinutes(31));

        await client.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        node.Commit("""{"n":1}""", Book);
        await stranger.ToldAsync(1);
    }

    private Task<ChangesClient> ConnectAsync(HttpClient client) => ChangesClient.ConnectAsync(_node.Address, Token(client));

    private static string Token(HttpClient client) => client.DefaultRequestHeaders.Authorization!.Parameter!;

    private static string Id(HttpClient client) => Claim(client, "sub");

    private static string Claim(HttpClient client, string name)
    {
        using var claims = System.Text.Json.JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(Token(client).Split('.')[1]));
        return claims.RootElement.GetProperty(name).GetString()!;
    }
}

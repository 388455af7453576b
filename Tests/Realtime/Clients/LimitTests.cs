using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Configuration;
using Platform.Realtime;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Clients;

public sealed class LimitTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_connection_has_so_many_subscriptions_and_may_end_one_for_another()
    {
        await using var node = await HandFedNode.StartAsync(("Realtime:SubscriptionsPerConnection", "2"));
        await using var client = await ChangesClient.ConnectAsync(node.Address);
        await client.SubscribeAsync(Book(1));
        await client.SubscribeAsync(Book(2));

        var refused = await Assert.ThrowsAsync<HubException>(() => client.SubscribeAsync(Book(3)));
        await client.UnsubscribeAsync(Book(1));
        await client.SubscribeAsync(Book(3));

        Assert.Contains("at most 2 subscriptions", refused.Message, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = node.Address };
        using var stream = await http.GetAsync($"/changes?topics={Book(1)},{Book(2)},{Book(3)}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, stream.StatusCode);
    }

    [Fact]
    public async Task A_user_has_so_many_connections_and_another_user_theirs()
    {
        using var gated = new GatedApi(api.NewClient());
        await using var node = await HandFedNode.StartAsync(gated, null, ("Realtime:ConnectionsPerUser", "2"));
        var token = (await api.BuyerAsync()).Client.DefaultRequestHeaders.Authorization!.Parameter;
        var other = (await api.BuyerAsync()).Client.DefaultRequestHeaders.Authorization!.Parameter;
        await using var first = await ChangesClient.ConnectAsync(node.Address, token);
        using var http = new HttpClient { BaseAddress = node.Address };
        await using (await EventStreamClient.OpenAsync(http, $"/changes?topics=catalog&access_token={token}"))
        {
            await RefusedAsync(http, $"/changes?topics=catalog&access_token={token}");
            await Assert.ThrowsAnyAsync<Exception>(() => ChangesClient.ConnectAsync(node.Address, token));
            await using var others = await ChangesClient.ConnectAsync(node.Address, other);
        }

        await Eventually.HoldsAsync(async () =>
        {
            using var answer = await http.GetAsync($"/changes?topics=catalog&access_token={token}", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }, "a place is free again");
    }

    [Fact]
    public async Task An_address_has_so_many_connections()
    {
        await using var node = await HandFedNode.StartAsync(("Realtime:ConnectionsPerAddress", "2"));
        await using var first = await ChangesClient.ConnectAsync(node.Address);
        await using var second = await ChangesClient.ConnectAsync(node.Address);
        using var http = new HttpClient { BaseAddress = node.Address };

        await RefusedAsync(http, "/changes?topics=catalog");
    }

    [Fact]
    public async Task A_message_that_is_too_long_ends_the_connection()
    {
        await using var node = await HandFedNode.StartAsync(("Realtime:MessageBytes", "1024"));
        using var client = await StalledClient.SubscribeAsync(node.Address, Book(1));

        await client.SendAsync($$"""{"type":1,"invocationId":"2","target":"Subscribe","arguments":["{{new string('x', 2_000)}}",null]}""");

        var last = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            // It may say why before it closes.
            while ((await client.ReadAsync()).GetProperty("type").GetInt32() != 3)
            {
            }
        });
        Assert.IsType<WebSocketException>(last);
    }

    [Theory]
    [InlineData("https://shop.example.org", true)]
    [InlineData("https://evil.example.org", false)]
    public async Task Pages_of_origins_that_are_named_may_use_it(string origin, bool isAllowed)
    {
        await using var node = await HandFedNode.StartAsync(("Cors:Origins", "https://shop.example.org"));
        using var http = new HttpClient { BaseAddress = node.Address };
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/hubs/changes/negotiate")
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "authorization,x-requested-with,x-signalr-user-agent" } },
        };

        using var answer = await http.SendAsync(preflight, TestContext.Current.CancellationToken);

        Assert.Equal(isAllowed, answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("Realtime:QueueLength", "4")]
    [InlineData("Realtime:QueueBytes", "many")]
    [InlineData("Realtime:KeepAlive", "15")]
    [InlineData("Realtime:SubscriptionsPerConnection", "0")]
    public void A_setting_that_cannot_be_used_is_named(string key, string value)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();

        var refused = Assert.Throws<InvalidOperationException>(() => RealtimeSettings.From(settings));

        Assert.StartsWith(key, refused.Message, StringComparison.Ordinal);
    }

    private static string Book(int n) => string.Create(CultureInfo.InvariantCulture, $"books/0199f000-0000-7000-8000-{n:d12}");

    private static async Task RefusedAsync(HttpClient http, string address)
    {
        using var answer = await http.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }
}

using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Polyfills;

/// <summary>What a SignalR client does, over the network.</summary>
public sealed class SignalRClientTests : IAsyncLifetime
{
    private WebApplication _server = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR(hubs => hubs.MaximumReceiveMessageSize = 4 << 20);
        _server = builder.Build();
        _server.UseWebSockets();
        _server.MapHub<Echo>("/echo");
        await _server.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Asks_and_is_answered_also_with_much()
    {
        await using var client = await ConnectAsync();
        var text = string.Concat(Enumerable.Repeat("ü€😀", 100_000));

        var answer = await client.InvokeAsync<string>("Say", text, TestContext.Current.CancellationToken);

        Assert.Equal(text, answer);
    }

    [Fact]
    public async Task Sends_headers_and_a_token_for_each_connection()
    {
        var tokens = 0;
        await using var client = await ConnectAsync(options =>
        {
            options.Headers["X-Color"] = "blue";
            options.AccessTokenProvider = () => Task.FromResult<string?>($"token-{++tokens}");
        });
        await client.StopAsync(TestContext.Current.CancellationToken);
        await client.StartAsync(TestContext.Current.CancellationToken);

        var answer = await client.InvokeAsync<string[]>("Headers", TestContext.Current.CancellationToken);

        Assert.Equal(["blue", "Bearer token-2"], answer);
    }

    [Fact]
    public async Task Hears_what_the_server_says_by_itself()
    {
        await using var client = await ConnectAsync();
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.On<string>("heard", text => heard.TrySetResult(text));

        await client.InvokeAsync("SayLater", "hello", TestContext.Current.CancellationToken);

        Assert.Equal("hello", await heard.Task.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Tells_what_the_hub_refuses()
    {
        await using var client = await ConnectAsync();

        var refused = await Assert.ThrowsAsync<HubException>(() => client.InvokeAsync("Refuse", TestContext.Current.CancellationToken));

        Assert.Contains("not today", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_told_when_the_server_ends_the_connection_and_comes_back()
    {
        await using var client = Client();
        var back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Reconnected += _ =>
        {
            back.TrySetResult();
            return Task.CompletedTask;
        };
        await client.StartAsync(TestContext.Current.CancellationToken);

        await client.SendAsync("EndConnection", TestContext.Current.CancellationToken);

        await back.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(HubConnectionState.Connected, client.State);
    }

    [Fact]
    public async Task Cannot_connect_where_there_is_no_hub()
    {
        await using var client = new HubConnectionBuilder().WithUrl(_server.Urls.First() + "/nothing", Direct).Build();

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => client.StartAsync(TestContext.Current.CancellationToken));

        Assert.True(refused is WebSocketException or HttpRequestException, refused.ToString());
        Assert.Equal(HubConnectionState.Disconnected, client.State);
    }

    private async Task<HubConnection> ConnectAsync(Action<HttpConnectionOptions>? configure = null)
    {
        var client = Client(configure);
        await client.StartAsync(TestContext.Current.CancellationToken);
        return client;
    }

    private HubConnection Client(Action<HttpConnectionOptions>? configure = null) =>
        new HubConnectionBuilder().WithUrl(_server.Urls.First() + "/echo", options =>
        {
            Direct(options);
            configure?.Invoke(options);
        }).WithAutomaticReconnect([TimeSpan.FromMilliseconds(200)]).Build();

    private static void Direct(HttpConnectionOptions options) =>
        (options.Transports, options.SkipNegotiation) = (HttpTransportType.WebSockets, true);

    private sealed class Echo : Hub
    {
        public string Say(string text) => Context.ConnectionAborted.IsCancellationRequested ? "" : text;

        public string?[] Headers() => [Context.GetHttpContext()!.Request.Headers["X-Color"], Context.GetHttpContext()!.Request.Headers.Authorization];

        public Task SayLater(string text) => Clients.Caller.SendAsync("heard", text);

        public void Refuse() => throw new HubException($"not today, {Context.ConnectionId}");

        // Unlike Abort, which tells the client to stay away.
        public void EndConnection() => Context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose();
    }
}

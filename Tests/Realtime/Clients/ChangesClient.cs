using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Clients;

/// <summary>A client of the hub that remembers what it was told, in order.</summary>
internal sealed class ChangesClient : IAsyncDisposable
{
    private ChangesClient(HubConnection connection)
    {
        Connection = connection;
        connection.On<JsonElement>("change", change => Told.Enqueue(new Telling("change", change)));
        connection.On<JsonElement>("gap", gap => Told.Enqueue(new Telling("gap", gap)));
        connection.Closed += _ =>
        {
            Closed.TrySetResult();
            return Task.CompletedTask;
        };
    }

    /// <summary>What the server said by itself.</summary>
    public sealed record Telling(string Kind, JsonElement Body)
    {
        public string Topic => Body.GetProperty("topic").GetString()!;

        public string Id => Body.GetProperty("id").GetString()!;

        public string Reason => Body.GetProperty("reason").GetString()!;

        public int Number => Body.GetProperty("data").GetProperty("n").GetInt32();
    }

    public HubConnection Connection { get; }

    public ConcurrentQueue<Telling> Told { get; } = new();

    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IEnumerable<Telling> Changes => Told.Where(telling => telling.Kind == "change");

    public IEnumerable<Telling> Gaps => Told.Where(telling => telling.Kind == "gap");

    public static async Task<ChangesClient> ConnectAsync(Uri node, string? token = null)
    {
        var client = new ChangesClient(new HubConnectionBuilder().WithUrl(new Uri(node, "/hubs/changes"), options =>
        {
            (options.Transports, options.SkipNegotiation) = (HttpTransportType.WebSockets, true);
            options.AccessTokenProvider = token is null ? null : () => Task.FromResult<string?>(token);
        }).Build());
        await client.Connection.StartAsync(TestContext.Current.CancellationToken);
        return client;
    }

    /// <returns>The id after which everything is told.</returns>
    public async Task<string> SubscribeAsync(string? topic, string? after = null) =>
        (await Connection.InvokeAsync<JsonElement>("Subscribe", topic, after, TestContext.Current.CancellationToken)).GetProperty("id").GetString()!;

    public Task UnsubscribeAsync(string topic) => Connection.InvokeAsync("Unsubscribe", topic, TestContext.Current.CancellationToken);

    /// <summary>What was told, once there is so much of it.</summary>
    public async Task<IReadOnlyList<Telling>> ToldAsync(int count)
    {
        await Eventually.HoldsAsync(() => Task.FromResult(Told.Count >= count), $"{count} tellings (there are {Told.Count})");
        return [.. Told];
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}

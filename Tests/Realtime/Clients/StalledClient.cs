using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Platform.Tests.Realtime.Clients;

/// <summary>A client of the hub that takes what it is told only when the test says so.</summary>
internal sealed class StalledClient : IDisposable
{
    private const byte End = 0x1e;
    private readonly ClientWebSocket _socket = new();
    private readonly HttpMessageInvoker _connecting = new(new SocketsHttpHandler
    {
        ConnectCallback = static async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private readonly Queue<JsonElement> _read = new();
    private readonly List<byte> _part = [];

    private StalledClient()
    {
    }

    /// <summary>Connects, subscribes to a topic, and takes nothing more.</summary>
    public static async Task<StalledClient> SubscribeAsync(Uri node, string topic)
    {
        var client = new StalledClient();
        await client._socket.ConnectAsync(new UriBuilder(node) { Scheme = "ws", Path = "/hubs/changes" }.Uri, client._connecting, TestContext.Current.CancellationToken);
        await client.SendAsync("""{"protocol":"json","version":1}""");
        await client.ReadAsync();
        await client.SendAsync($$"""{"type":1,"invocationId":"1","target":"Subscribe","arguments":["{{topic}}",null]}""");
        while ((await client.ReadAsync()).GetProperty("type").GetInt32() != 3)
        {
            // Signs of life may come before the answer.
        }

        return client;
    }

    /// <summary>Takes what the server says by itself next: its name, and its argument.</summary>
    public async Task<(string Kind, JsonElement Body)> TakeAsync()
    {
        while (true)
        {
            var message = await ReadAsync();
            if (message.GetProperty("type").GetInt32() == 1)
            {
                return (message.GetProperty("target").GetString()!, message.GetProperty("arguments")[0]);
            }
        }
    }

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
        _connecting.Dispose();
    }

    public async Task SendAsync(string message) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(message + (char)End), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>Takes one message.</summary>
    public async Task<JsonElement> ReadAsync()
    {
        var buffer = new byte[4_096];
        while (_read.Count == 0)
        {
            var received = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException("The server has ended the connection.");
            }

            foreach (var one in buffer.AsSpan(0, received.Count))
            {
                if (one != End)
                {
                    _part.Add(one);
                    continue;
                }

                using var message = JsonDocument.Parse(_part.ToArray());
                _read.Enqueue(message.RootElement.Clone());
                _part.Clear();
            }
        }

        return _read.Dequeue();
    }
}

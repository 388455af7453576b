using System.Net.WebSockets;

namespace Microsoft.AspNetCore.Http.Connections.Client;

/// <summary>How a client connects to a hub.</summary>
public class HttpConnectionOptions
{
    /// <summary>Gives the access token for each connection, also for those made again; it is sent as <c>Authorization: Bearer</c>.</summary>
    public Func<Task<string?>>? AccessTokenProvider { get; set; }

    /// <summary>Sent with the request that opens the connection.</summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether to do without asking the server for its transports. It is never asked here.</summary>
    public bool SkipNegotiation { get; set; }

    /// <summary>Must contain <see cref="HttpTransportType.WebSockets"/>, the only one there is here.</summary>
    public HttpTransportType Transports { get; set; } = HttpTransportType.WebSockets | HttpTransportType.ServerSentEvents | HttpTransportType.LongPolling;

    /// <summary>How long the server may take to end its side when the client has ended its own.</summary>
    /// <value>5 seconds by default.</value>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Changes the socket's options before it connects.</summary>
    public Action<ClientWebSocketOptions>? WebSocketConfiguration { get; set; }
}

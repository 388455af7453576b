using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;

namespace Microsoft.AspNetCore.SignalR.Client;

/// <summary>Opens the WebSocket that a hub connection runs over.</summary>
internal sealed class WebSocketConnectionFactory(HttpConnectionOptions options) : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var address = new UriBuilder(((UriEndPoint)endpoint).Uri);
        address.Scheme = address.Scheme is "https" or "wss" ? "wss" : "ws";
        var socket = new ClientWebSocket();
        try
        {
            await OpenAsync(socket, address.Uri, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception refused)
        {
            refused.Data["StatusCode"] = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw;
        }

        return new WebSocketConnection(socket, options.CloseTimeout);
    }

    private async Task OpenAsync(ClientWebSocket socket, Uri address, CancellationToken cancellationToken)
    {
        // For the status code of a refusal.
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("X-Requested-With", "XMLHttpRequest");
        foreach (var (name, value) in options.Headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }

        if (options.AccessTokenProvider is { } provider && await provider().ConfigureAwait(false) is { Length: > 0 } token)
        {
            socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        }

        options.WebSocketConfiguration?.Invoke(socket.Options);
        await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
    }

    private sealed class WebSocketConnection : DefaultConnectionContext
    {
        private readonly Stream _stream;

        internal WebSocketConnection(WebSocket socket, TimeSpan closeTimeout)
            : base(Guid.CreateVersion7().ToString("N"))
        {
            // Text frames could end inside a character, which the protocol forbids and a stream does not look at.
            _stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, closeTimeout);
            Transport = new Duplex(PipeReader.Create(_stream), PipeWriter.Create(_stream));
        }

        public override void Abort(ConnectionAbortedException abortReason) => _stream.Dispose();

        public override async ValueTask DisposeAsync()
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Platform.LoadTests.Http;

/// <summary>One connection that stays open, with one request under way; no more of HTTP than an answer's length needs.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[64 * 1024];

    private HttpConnection(Socket socket) => _socket = socket;

    internal long Answers { get; private set; }

    /// <summary>Answers whose Cache-Status says that they came from the cache's memory.</summary>
    internal long FromMemory { get; private set; }

    /// <summary>Answers whose Cache-Status says that they came from Redis.</summary>
    internal long FromRedis { get; private set; }

    internal static byte[] Request(Uri server, string path, string? token = null) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}\r\n");

    internal static async Task<HttpConnection> OpenAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken);
        return new HttpConnection(socket);
    }

    /// <summary>Sends a request and reads the whole answer, which must be a 200.</summary>
    internal async ValueTask AskAsync(byte[] request)
    {
        var (status, answer) = await SendAsync(request);
        if (status != 200)
            throw new IOException($"Not the answer that was meant: {Encoding.UTF8.GetString(answer.Span)}");
        if (answer.Span.IndexOf("detail=memory"u8) >= 0)
            FromMemory++;
        else if (answer.Span.IndexOf("detail=redis"u8) >= 0)
            FromRedis++;
        Answers++;
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <returns>Its status, and head and body, which are good until the next request.</returns>
    internal async ValueTask<(int Status, ReadOnlyMemory<byte> Answer)> SendAsync(byte[] request)
    {
        await _socket.SendAsync(request);
        var have = 0;
        do
        {
            if (have == _buffer.Length)
                Array.Resize(ref _buffer, have * 2);
            var got = await _socket.ReceiveAsync(_buffer.AsMemory(have));
            if (got == 0)
                throw new IOException("The server closed the connection.");
            have += got;
        }
        while (!IsWhole(_buffer.AsSpan(0, have)));

        return Utf8Parser.TryParse(_buffer.AsSpan("HTTP/1.1 ".Length, 3), out int status, out _) ? (status, _buffer.AsMemory(0, have)) : throw new IOException("Not an HTTP answer.");
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var head = answer[..end];
        if (head.IndexOf("\r\nTransfer-Encoding: chunked"u8) >= 0)
            return answer.EndsWith("\r\n0\r\n\r\n"u8);
        var length = head.IndexOf("\r\nContent-Length: "u8);
        if (length < 0 || !Utf8Parser.TryParse(head[(length + "\r\nContent-Length: "u8.Length)..], out int body, out _))
            throw new IOException($"Not the answer that was meant: {Encoding.ASCII.GetString(head)}");
        return answer.Length >= end + 4 + body;
    }

    public void Dispose() => _socket.Dispose();
}

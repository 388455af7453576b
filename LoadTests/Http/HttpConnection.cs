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

    internal static byte[] Request(Uri server, string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n");

    internal static async Task<HttpConnection> OpenAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken);
        return new HttpConnection(socket);
    }

    /// <summary>Sends a request and reads the whole answer, which must be a 200.</summary>
    internal async ValueTask AskAsync(byte[] request)
    {
        await _socket.SendAsync(request);
        for (var (have, need) = (0, int.MaxValue); have < need;)
        {
            if (have == _buffer.Length)
                Array.Resize(ref _buffer, have * 2);
            var got = await _socket.ReceiveAsync(_buffer.AsMemory(have));
            if (got == 0)
                throw new IOException("The server closed the connection.");
            have += got;
            if (need == int.MaxValue)
                need = Length(_buffer.AsSpan(0, have));
        }

        Answers++;
    }

    // The length of head and body together, once the head is complete.
    private int Length(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return int.MaxValue;
        answer = answer[..head];
        var length = answer.IndexOf("\r\nContent-Length: "u8);
        if (!answer.StartsWith("HTTP/1.1 200 "u8) || length < 0 || !Utf8Parser.TryParse(answer[(length + "\r\nContent-Length: "u8.Length)..], out int body, out _))
            throw new IOException($"Not the answer that was meant: {Encoding.ASCII.GetString(answer)}");
        if (answer.IndexOf("detail=memory"u8) >= 0)
            FromMemory++;
        else if (answer.IndexOf("detail=redis"u8) >= 0)
            FromRedis++;
        return head + 4 + body;
    }

    public void Dispose() => _socket.Dispose();
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace Platform.Tests.Polyfills.Redis;

/// <summary>A loopback door to the stack's Redis that can speak TLS, be shut, and be cut in the middle of a reply.</summary>
internal sealed class RedisRelay : IAsyncDisposable
{
    private readonly EndPoint _redis;
    private readonly X509Certificate2? _certificate;
    private readonly ConcurrentDictionary<Socket, Socket> _connections = new();
    private readonly ConcurrentBag<Task> _work = [];
    private Socket _listener;
    private long _bytesUntilCut = long.MaxValue;

    /// <param name="redis">The connection string of Redis.</param>
    /// <param name="certificate">With it, the relay speaks TLS to its clients.</param>
    public RedisRelay(string redis, X509Certificate2? certificate = null)
    {
        _redis = ConfigurationOptions.Parse(redis).EndPoints[0];
        _certificate = certificate;
        _listener = Listen(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    public int Port { get; }

    /// <summary>Resets every connection as soon as so many more bytes of replies have passed.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _bytesUntilCut, bytes);

    /// <summary>As a server that is killed: every connection is reset and new ones are refused.</summary>
    public void Shut()
    {
        _listener.Dispose();
        Cut();
    }

    /// <summary>As the server that comes back, at the same address.</summary>
    public void Open() => _listener = Listen(Port);

    public async ValueTask DisposeAsync()
    {
        Shut();
        await Task.WhenAll(_work);
    }

    private Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        _work.Add(AcceptAsync(listener));
        return listener;
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                _work.Add(RelayAsync(client));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Shut.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            _connections[client] = server;
            try
            {
                await server.ConnectAsync(_redis);
                await using var inside = new NetworkStream(server);
                await using var outside = await OpenAsync(client);
                await Task.WhenAny(inside.CopyToAsync(new Counted(outside, this)), outside.CopyToAsync(inside));
            }
            catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
            {
                // One side left.
            }

            _connections.TryRemove(client, out _);
        }
    }

    private async Task<Stream> OpenAsync(Socket client)
    {
        var plain = new NetworkStream(client);
        if (_certificate is null)
            return plain;

        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(_certificate);
        return secure;
    }

    private void Passed(int bytes)
    {
        if (Interlocked.Add(ref _bytesUntilCut, -bytes) > 0)
            return;

        CutAfter(long.MaxValue);
        Cut();
    }

    private void Cut()
    {
        foreach (var (client, server) in _connections)
        {
            client.LingerState = new LingerOption(enable: true, seconds: 0);
            client.Close();
            server.Close();
        }
    }

    private sealed class Counted(Stream inner, RedisRelay relay) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            relay.Passed(buffer.Length);
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Platform.Tests.Support;

/// <summary>
/// A server's address that fails on command: it refuses (the server is stopped), takes connections and says nothing
/// (the server is frozen: its kernel still accepts), answers late, or does what it is asked and its answers are lost.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly DnsEndPoint _target;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = [];
    private readonly Task _accepting;
    private volatile TaskCompletionSource _flowing = new();
    private volatile bool _cut;
    private volatile bool _losesAnswers;
    private volatile Misdirection? _misdirected;
    private long _delayTicks;
    private int _accepted;

    private TcpProxy(string host, int port)
    {
        _target = new DnsEndPoint(host, port);
        _flowing.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The proxy's own port on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections have been made to it.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Puts a proxy before the server of a PostgreSQL connection string, and gives the string that goes through it.</summary>
    public static (TcpProxy Proxy, string ConnectionString) Before(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var proxy = new TcpProxy(builder.Host!, builder.Port);
        (builder.Host, builder.Port) = ("127.0.0.1", proxy.Port);
        return (proxy, builder.ConnectionString);
    }

    /// <summary>Puts a proxy before the server of a Redis configuration string, and gives the string that goes through it.</summary>
    public static (TcpProxy Proxy, string Configuration) BeforeRedis(string configuration)
    {
        var proxy = BeforeAddress(configuration);
        return (proxy, string.Join(',', configuration.Split(',').Skip(1).Prepend($"127.0.0.1:{proxy.Port}")));
    }

    /// <summary>Puts a proxy before a server given as <c>host:port</c>.</summary>
    public static TcpProxy BeforeAddress(string address) =>
        address.Split(',')[0].Split(':') is [var host, var port] ? new TcpProxy(host, int.Parse(port, CultureInfo.InvariantCulture)) : throw new ArgumentException(address, nameof(address));

    /// <summary>Ends all connections, and every new one at once, until <see cref="Restore"/>.</summary>
    public void Cut()
    {
        _cut = true;
        foreach (var socket in _sockets.Keys)
        {
            socket.Close();
        }
    }

    /// <summary>Lets nothing through, neither way, until <see cref="Restore"/>; connections stay and are accepted.</summary>
    public void Stall() => _flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets requests through, but no answer, until <see cref="Restore"/>.</summary>
    public void LoseAnswers() => _losesAnswers = true;

    /// <summary>Has every answer come so much later, until <see cref="Restore"/>.</summary>
    public void Delay(TimeSpan answers) => Volatile.Write(ref _delayTicks, answers.Ticks);

    /// <summary>Has Redis subscribe the next who asks for a channel to another, and confirm the one asked for.</summary>
    public void Misdirect(string channel) =>
        _misdirected = new Misdirection(Encoding.ASCII.GetBytes(channel), Encoding.ASCII.GetBytes(channel[..^1] + '~'));

    /// <summary>Whether nobody has been misdirected since <see cref="Misdirect"/>.</summary>
    public bool Misdirects => _misdirected is { IsOver: false };

    /// <summary>Works again; what waited goes through.</summary>
    public void Restore()
    {
        _cut = _losesAnswers = false;
        Volatile.Write(ref _delayTicks, 0);
        _flowing.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        Cut();
        _flowing.TrySetResult();
        _listener.Stop();
        await _accepting;
        _disposed.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_disposed.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_disposed.Token);
                Interlocked.Increment(ref _accepted);
                _ = CarryAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
            }
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            try
            {
                _sockets[client] = _sockets[server] = true;
                if (_cut)
                {
                    return;
                }

                await _flowing.Task;
                await server.ConnectAsync(_target, _disposed.Token);
                client.NoDelay = true;
                await Task.WhenAny(PumpAsync(client, server, areAnswers: false), PumpAsync(server, client, areAnswers: true));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
            }
            finally
            {
                _sockets.TryRemove(client, out _);
                _sockets.TryRemove(server, out _);
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool areAnswers)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _disposed.Token) is > 0 and var count)
            {
                await _flowing.Task;
                if (areAnswers && _losesAnswers)
                {
                    continue;
                }

                _misdirected?.Apply(buffer.AsSpan(0, count), areAnswers);

                if (areAnswers && Volatile.Read(ref _delayTicks) is > 0 and var ticks)
                {
                    using var late = new PeriodicTimer(TimeSpan.FromTicks(ticks));
                    await late.WaitForNextTickAsync(_disposed.Token);
                }

                await to.SendAsync(buffer.AsMemory(0, count), _disposed.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    // Names of one length: what is around them stays as it is.
    private sealed class Misdirection(byte[] channel, byte[] other)
    {
        private int _applied;

        public bool IsOver => Volatile.Read(ref _applied) != 0;

        public void Apply(Span<byte> message, bool isAnswer)
        {
            var at = message.IndexOf(isAnswer ? other : channel);
            if (at >= 0 && (isAnswer || (message.IndexOf("\nSUBSCRIBE"u8) >= 0 && Interlocked.Exchange(ref _applied, 1) == 0)))
            {
                (isAnswer ? channel : other).CopyTo(message[at..]);
            }
        }
    }
}

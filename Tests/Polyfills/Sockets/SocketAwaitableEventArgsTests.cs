using System.Net;
using System.Net.Sockets;
using Pipelines.Sockets.Unofficial;

namespace Platform.Tests.Polyfills.Sockets;

public sealed class SocketAwaitableEventArgsTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_connect_and_then_a_receive_are_awaited_with_one_instance()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var args = new SocketAwaitableEventArgs { RemoteEndPoint = listener.LocalEndPoint };

        if (!socket.ConnectAsync(args))
            args.Complete();
        await args;
        using var far = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        args.SetBuffer(new byte[16]);
        var pending = socket.ReceiveAsync(args);
        await far.SendAsync("four"u8.ToArray());
        if (!pending)
            args.Complete();
        var received = await args;

        Assert.Equal(4, received);
    }

    [Fact]
    public async Task A_refused_connect_fails_the_await()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var args = new SocketAwaitableEventArgs { RemoteEndPoint = unused.LocalEndPoint };

        var failure = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            if (!socket.ConnectAsync(args))
                args.Complete();
            await args;
        });

        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task An_abort_ends_the_await_and_a_late_completion_does_no_harm()
    {
        using var args = new SocketAwaitableEventArgs();
        var waiting = WaitAsync(args);

        args.Abort(SocketError.TimedOut);
        args.Complete();
        var failure = await Assert.ThrowsAsync<SocketException>(() => waiting.WaitAsync(Soon, TestContext.Current.CancellationToken));

        Assert.Equal(SocketError.TimedOut, failure.SocketErrorCode);
        Assert.Throws<ArgumentException>(() => args.Abort(SocketError.Success));

        static async Task WaitAsync(SocketAwaitableEventArgs args) => await args;
    }
}

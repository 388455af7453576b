using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Pipelines.Sockets.Unofficial;

/// <summary>A connected socket as a pair of pipes.</summary>
/// <remarks>
/// The two directions end apart. The other side's end of stream completes <see cref="Input"/> once everything before it
/// is read, and <see cref="Output"/> goes on; completing <see cref="Output"/> sends what is in it, then the end of our
/// stream, and <see cref="Input"/> goes on. <see cref="Dispose"/> ends both at once.
/// </remarks>
public sealed class SocketConnection : IMeasuredDuplexPipe, IDisposable
{
    private readonly InboundThread _inbound;
    private readonly OutboundLoop _outbound;
    private readonly string _name;
    private int _shutdownKind;
    private volatile SocketError _socketError;

    private SocketConnection(Socket socket, PipeOptions send, PipeOptions receive, string name)
    {
        Socket = socket;
        _name = name;
        _outbound = new OutboundLoop(send, SendAsync, OutboundEnded);
        _inbound = new InboundThread(name + ":in", receive, Receive, InboundEnded);
        Input = new ClosingReader(_inbound.Reader, this);
    }

    /// <summary>What the other side sends.</summary>
    public PipeReader Input { get; }

    /// <summary>What goes to the other side.</summary>
    public PipeWriter Output => _outbound.Writer;

    /// <summary>The socket underneath.</summary>
    public Socket Socket { get; }

    /// <summary>What closed the connection first; <see cref="PipeShutdownKind.None"/> while it is open.</summary>
    public PipeShutdownKind ShutdownKind => (PipeShutdownKind)Volatile.Read(ref _shutdownKind);

    /// <summary>The socket's error where that closed the connection first, else <see cref="SocketError.Success"/>.</summary>
    public SocketError SocketError => _socketError;

    /// <summary>Bytes received from the socket so far.</summary>
    public long BytesRead => _inbound.TotalBytes;

    /// <summary>Bytes handed to the socket so far.</summary>
    public long BytesSent => _outbound.TotalBytes;

    /// <summary>Bytes of the latest receive.</summary>
    public int LastReceived => _inbound.LastBytes;

    long IMeasuredDuplexPipe.TotalBytesSent => BytesSent;

    long IMeasuredDuplexPipe.TotalBytesReceived => BytesRead;

    /// <summary>Starts to send and receive on a connected socket.</summary>
    /// <param name="socket">The socket; the connection owns it from now on.</param>
    /// <param name="sendPipeOptions">Thresholds, pool and schedulers of <see cref="Output"/>.</param>
    /// <param name="receivePipeOptions">Thresholds, pool and schedulers of <see cref="Input"/>.</param>
    /// <param name="socketConnectionOptions">Kept for the signature.</param>
    /// <param name="name">Names the receiving thread.</param>
    public static SocketConnection Create(
        Socket socket, PipeOptions? sendPipeOptions, PipeOptions? receivePipeOptions,
        SocketConnectionOptions socketConnectionOptions = SocketConnectionOptions.None, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return new SocketConnection(
            socket, sendPipeOptions ?? PipeOptions.Default, receivePipeOptions ?? PipeOptions.Default,
            string.IsNullOrWhiteSpace(name) ? nameof(SocketConnection) : name.Trim());
    }

    /// <summary>Does nothing: everything needed is part of .NET.</summary>
    public static void AssertDependencies()
    {
    }

    /// <summary>Sets what suits a client that sends small messages: no waiting for more to send with them.</summary>
    public static void SetRecommendedClientOptions(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.AddressFamily != AddressFamily.Unix)
            socket.NoDelay = true;
    }

    /// <summary>Notes that the application's protocol ended the connection, if nothing else did before.</summary>
    /// <param name="kind">One of the two <c>ProtocolExit</c> values.</param>
    /// <returns>Whether it is noted.</returns>
    public bool TrySetProtocolShutdown(PipeShutdownKind kind)
        => kind is PipeShutdownKind.ProtocolExitClient or PipeShutdownKind.ProtocolExitServer && TrySetShutdown(kind);

    /// <summary>Where bytes wait at this moment.</summary>
    public Counters GetCounters()
    {
        var onSocket = 0;
        try
        {
            onSocket = Socket.Available;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Asked for while describing a failure: a closed socket holds nothing.
        }

        return new Counters(onSocket, _outbound.BufferedBytes, _inbound.BufferedBytes);
    }

    /// <summary>The name given to <see cref="Create"/>.</summary>
    public override string ToString() => _name;

    /// <summary>Closes both directions; what waits to be sent is lost. Safe to repeat, and at any time.</summary>
    public void Dispose()
    {
        TrySetShutdown(PipeShutdownKind.PipeDisposed);
        ShutDown(SocketShutdown.Both);
        Socket.Dispose();
    }

    private int Receive(Span<byte> buffer)
    {
        // The kernel then wakes this very thread. Left to Receive, the wait would go through another thread of .NET's,
        // because the socket was connected asynchronously.
        Socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
        return Socket.Receive(buffer);
    }

    private async ValueTask SendAsync(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            for (var rest = segment; !rest.IsEmpty;)
                rest = rest[await Socket.SendAsync(rest, SocketFlags.None).ConfigureAwait(false)..];
        }
    }

    private void OutboundEnded(Exception? failure)
    {
        TrySetShutdown(
            failure switch
            {
                null => PipeShutdownKind.WriteEndOfStream,
                SocketException => PipeShutdownKind.WriteSocketError,
                ObjectDisposedException => PipeShutdownKind.WriteDisposed,
                IOException => PipeShutdownKind.WriteIOException,
                _ => PipeShutdownKind.WriteException,
            },
            failure);
        ShutDown(SocketShutdown.Send);
    }

    private Exception? InboundEnded(Exception? failure)
    {
        TrySetShutdown(
            failure switch
            {
                null => PipeShutdownKind.ReadEndOfStream,
                SocketException => PipeShutdownKind.ReadSocketError,
                ObjectDisposedException => PipeShutdownKind.ReadDisposed,
                IOException => PipeShutdownKind.ReadIOException,
                _ => PipeShutdownKind.ReadException,
            },
            failure);
        ShutDown(SocketShutdown.Receive);
        return failure is SocketException { SocketErrorCode: SocketError.ConnectionReset }
            ? new ConnectionResetException(failure.Message, failure)
            : failure;
    }

    private void InputCompleted()
    {
        TrySetShutdown(PipeShutdownKind.InputReaderCompleted);

        // Wakes the receiving thread, which otherwise waits for a byte that nobody wants.
        ShutDown(SocketShutdown.Receive);
    }

    // The first cause is the cause; whatever fails after it fails because of it.
    private bool TrySetShutdown(PipeShutdownKind kind, Exception? failure = null)
    {
        if (Interlocked.CompareExchange(ref _shutdownKind, (int)kind, (int)PipeShutdownKind.None) != (int)PipeShutdownKind.None)
            return false;

        if (failure is SocketException socketFailure)
            _socketError = socketFailure.SocketErrorCode;
        return true;
    }

    private void ShutDown(SocketShutdown direction)
    {
        try
        {
            Socket.Shutdown(direction);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The other side or another thread was faster: it is shut already.
        }
    }

    /// <summary>Where the bytes of a connection wait.</summary>
    public readonly struct Counters
    {
        internal Counters(long onSocket, long toBeSent, long toBeRead)
        {
            BytesAvailableOnSocket = onSocket;
            BytesWaitingToBeSent = toBeSent;
            BytesWaitingToBeRead = toBeRead;
        }

        /// <summary>Bytes that the socket has and the pipe has not.</summary>
        public long BytesAvailableOnSocket { get; }

        /// <summary>Bytes in <see cref="Output"/> that the socket has not taken.</summary>
        public long BytesWaitingToBeSent { get; }

        /// <summary>Bytes in <see cref="Input"/> that nobody has read.</summary>
        public long BytesWaitingToBeRead { get; }
    }

    private sealed class ClosingReader(PipeReader reader, SocketConnection connection) : PipeReader
    {
        private volatile bool _isCompleted;

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        // The client completes the reader from another thread while one reads. That the connection has ended is then what the reading
        // one has to find, not that it did something forbidden: this would reach whoever waits for an answer.
        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            try
            {
                if (!_isCompleted)
                    reader.AdvanceTo(consumed, examined);
            }
            catch (InvalidOperationException) when (_isCompleted)
            {
            }
        }

        public override void CancelPendingRead() => reader.CancelPendingRead();

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                return _isCompleted ? new(Ended) : reader.ReadAsync(cancellationToken);
            }
            catch (InvalidOperationException) when (_isCompleted)
            {
                return new(Ended);
            }
        }

        public override bool TryRead(out ReadResult result)
        {
            try
            {
                result = Ended;
                return _isCompleted || reader.TryRead(out result);
            }
            catch (InvalidOperationException) when (_isCompleted)
            {
                result = Ended;
                return true;
            }
        }

        private static ReadResult Ended => new(default, isCanceled: false, isCompleted: true);

        public override void Complete(Exception? exception = null)
        {
            _isCompleted = true;
            connection.InputCompleted();
            reader.Complete(exception);
        }
    }
}

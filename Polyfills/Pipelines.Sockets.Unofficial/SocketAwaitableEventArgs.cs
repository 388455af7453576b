using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Pipelines.Sockets.Unofficial;

/// <summary>One socket operation at a time that can be awaited: <c>if (!socket.ConnectAsync(args)) args.Complete(); await args;</c></summary>
public class SocketAwaitableEventArgs : SocketAsyncEventArgs, ICriticalNotifyCompletion
{
    // In the place of a continuation: the operation is done. It is run, and does nothing, when an operation is
    // completed twice: aborted by a timeout and then finished by the socket.
    private static readonly Action Done = static () => { };

    private readonly PipeScheduler? _ioScheduler;
    private volatile SocketError _abortedWith;
    private Action? _continuation;

    /// <summary>Makes one.</summary>
    /// <param name="ioScheduler">Where what follows the await runs; null for the thread that completes the operation.</param>
    public SocketAwaitableEventArgs(PipeScheduler? ioScheduler = null)
        => _ioScheduler = ioScheduler == PipeScheduler.Inline ? null : ioScheduler;

    /// <summary>Whether the operation is done.</summary>
    public bool IsCompleted => Volatile.Read(ref _continuation) == Done;

    /// <summary>Makes the await fail with <paramref name="error"/>, now and for good, whatever the socket does.</summary>
    /// <exception cref="ArgumentException"><paramref name="error"/> is <see cref="SocketError.Success"/>.</exception>
    public void Abort(SocketError error = SocketError.OperationAborted)
    {
        if (error == SocketError.Success)
            throw new ArgumentException("Success is not an error.", nameof(error));

        _abortedWith = error;
        Complete();
    }

    /// <summary>Marks the operation as done; call it when the socket's method answers false.</summary>
    public void Complete() => OnCompleted(this);

    /// <summary>Part of <c>await</c>.</summary>
    public SocketAwaitableEventArgs GetAwaiter() => this;

    /// <summary>Part of <c>await</c>: the bytes transferred.</summary>
    /// <exception cref="SocketException">The operation failed or was aborted.</exception>
    public int GetResult()
    {
        Volatile.Write(ref _continuation, null);
        var error = _abortedWith != SocketError.Success ? _abortedWith : SocketError;
        return error == SocketError.Success ? BytesTransferred : throw new SocketException((int)error);
    }

    /// <summary>Part of <c>await</c>.</summary>
    public void OnCompleted(Action continuation)
    {
        // Done between IsCompleted and here. Run elsewhere: this call is inside the method that awaits.
        if (Interlocked.CompareExchange(ref _continuation, continuation, null) == Done)
            (_ioScheduler ?? PipeScheduler.ThreadPool).Schedule(static state => ((Action)state!)(), continuation);
    }

    /// <summary>Part of <c>await</c>.</summary>
    public void UnsafeOnCompleted(Action continuation) => OnCompleted(continuation);

    /// <inheritdoc/>
    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        var continuation = Interlocked.Exchange(ref _continuation, Done);
        if (continuation is null)
            return;

        if (_ioScheduler is null)
            continuation();
        else
            _ioScheduler.Schedule(static state => ((Action)state!)(), continuation);
    }
}

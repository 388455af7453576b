using System.Buffers;
using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

/// <summary>Moves what is written to a pipe into a sink, in order and in full.</summary>
internal sealed class OutboundLoop
{
    private readonly Pipe _pipe;
    private readonly Func<ReadOnlySequence<byte>, ValueTask> _sink;
    private readonly Action<Exception?> _ended;
    private long _totalBytes;

    // "ended" is called once: with null when the writer completed and everything is sent, else with the failure.
    public OutboundLoop(PipeOptions options, Func<ReadOnlySequence<byte>, ValueTask> sink, Action<Exception?> ended)
    {
        _pipe = new Pipe(options);
        _sink = sink;
        _ended = ended;
        options.ReaderScheduler.Schedule(static loop => _ = ((OutboundLoop)loop!).RunAsync(), this);
    }

    public PipeWriter Writer => _pipe.Writer;

    public long TotalBytes => Interlocked.Read(ref _totalBytes);

    public long BufferedBytes => _pipe.BufferedBytes();

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            while (await SendOnceAsync().ConfigureAwait(false))
            {
            }
        }
#pragma warning disable CA1031 // Whatever it is, the writer must learn of it, or it would fill the pipe and wait for ever.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        _ended(failure);
        await _pipe.Reader.CompleteAsync(failure).ConfigureAwait(false);
    }

    private async ValueTask<bool> SendOnceAsync()
    {
        var result = await _pipe.Reader.ReadAsync().ConfigureAwait(false);
        if (!result.Buffer.IsEmpty)
        {
            await _sink(result.Buffer).ConfigureAwait(false);
            Interlocked.Add(ref _totalBytes, result.Buffer.Length);
        }

        _pipe.Reader.AdvanceTo(result.Buffer.End);
        return !result.IsCompleted;
    }
}

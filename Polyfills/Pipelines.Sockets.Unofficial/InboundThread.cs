using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

/// <summary>Moves bytes from a blocking source into a pipe, on a thread of its own.</summary>
/// <remarks>
/// An asynchronous receive is completed by the thread pool. A program whose pool threads all wait for replies in
/// blocking calls would then never see them: every one would time out. The thread here needs nobody.
/// </remarks>
internal sealed class InboundThread
{
    private readonly Pipe _pipe;
    private readonly Source _source;
    private readonly Func<Exception?, Exception?> _ended;
    private long _totalBytes;
    private volatile int _lastBytes;

    /// <summary>Fills some of <paramref name="buffer"/>, waiting as long as it takes.</summary>
    /// <returns>How many bytes; 0 at the end of the stream.</returns>
    public delegate int Source(Span<byte> buffer);

    // "ended" is called before the reader learns of the end, with what the source threw or null, and gives what the
    // reader shall see.
    public InboundThread(string name, PipeOptions options, Source source, Func<Exception?, Exception?> ended)
    {
        _pipe = new Pipe(options);
        _source = source;
        _ended = ended;
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    public PipeReader Reader => _pipe.Reader;

    public long TotalBytes => Interlocked.Read(ref _totalBytes);

    public int LastBytes => _lastBytes;

    public long BufferedBytes => _pipe.BufferedBytes();

    private void Run()
    {
        Exception? failure = null;
        try
        {
            while (ReceiveOnce())
            {
            }
        }
#pragma warning disable CA1031 // Whatever it is, the reader must learn of it: it waits for the next byte.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        _pipe.Writer.Complete(_ended(failure));
    }

    private bool ReceiveOnce()
    {
        var count = _source(_pipe.Writer.GetSpan(1));
        if (count == 0)
            return false;

        _lastBytes = count;
        Interlocked.Add(ref _totalBytes, count);
        _pipe.Writer.Advance(count);
        var flush = _pipe.Writer.FlushAsync();

        // Not awaited: this thread has nothing else to do, and an await would go on in the pool.
        var result = flush.IsCompletedSuccessfully ? flush.Result : flush.AsTask().GetAwaiter().GetResult();
        return !result.IsCompleted;
    }
}

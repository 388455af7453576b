using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

/// <summary>Streams as pipes.</summary>
public static class StreamConnection
{
    /// <summary>Starts to read and write a duplex stream, such as an <c>SslStream</c>.</summary>
    /// <param name="stream">A stream that one thread may read while another writes. Its owner disposes it, which ends both.</param>
    /// <param name="sendPipeOptions">Thresholds, pool and schedulers of the output.</param>
    /// <param name="receivePipeOptions">Thresholds, pool and schedulers of the input.</param>
    /// <param name="name">Names the receiving thread.</param>
    /// <returns>An <see cref="IMeasuredDuplexPipe"/>.</returns>
    public static IDuplexPipe GetDuplex(
        Stream stream, PipeOptions? sendPipeOptions, PipeOptions? receivePipeOptions, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new DuplexStream(
            StartReading(stream, receivePipeOptions, name),
            new OutboundLoop(
                sendPipeOptions ?? PipeOptions.Default,
                async bytes =>
                {
                    foreach (var segment in bytes)
                        await stream.WriteAsync(segment).ConfigureAwait(false);
                    await stream.FlushAsync().ConfigureAwait(false);
                },
                _ => { }));
    }

    /// <summary>Starts to read a stream.</summary>
    /// <param name="stream">The stream. Its owner disposes it, which ends the reading.</param>
    /// <param name="pipeOptions">Thresholds, pool and schedulers.</param>
    /// <param name="name">Names the receiving thread.</param>
    public static PipeReader GetReader(Stream stream, PipeOptions? pipeOptions = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return StartReading(stream, pipeOptions, name).Reader;
    }

    private static InboundThread StartReading(Stream stream, PipeOptions? options, string? name)
        => new(
            (string.IsNullOrWhiteSpace(name) ? nameof(StreamConnection) : name.Trim()) + ":in",
            options ?? PipeOptions.Default, stream.Read, static failure => failure);

    private sealed class DuplexStream(InboundThread inbound, OutboundLoop outbound) : IMeasuredDuplexPipe
    {
        public PipeReader Input => inbound.Reader;

        public PipeWriter Output => outbound.Writer;

        public long TotalBytesSent => outbound.TotalBytes;

        public long TotalBytesReceived => inbound.TotalBytes;
    }
}

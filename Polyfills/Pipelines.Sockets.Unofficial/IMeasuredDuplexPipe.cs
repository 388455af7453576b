using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

/// <summary>A duplex pipe that counts what passes.</summary>
public interface IMeasuredDuplexPipe : IDuplexPipe
{
    /// <summary>Bytes that have left for the other side.</summary>
    long TotalBytesSent { get; }

    /// <summary>Bytes that have come from the other side, read or not.</summary>
    long TotalBytesReceived { get; }
}

namespace Pipelines.Sockets.Unofficial;

/// <summary>What closed a <see cref="SocketConnection"/> first.</summary>
public enum PipeShutdownKind
{
    /// <summary>It is open.</summary>
    None = 0,

    /// <summary>It was disposed.</summary>
    PipeDisposed = 1,

    /// <summary>The other side ended its stream.</summary>
    ReadEndOfStream = 100,

    /// <summary>The socket was disposed under the reading side.</summary>
    ReadDisposed = 101,

    /// <summary>Reading failed with an I/O error.</summary>
    ReadIOException = 102,

    /// <summary>Reading failed in another way.</summary>
    ReadException = 103,

    /// <summary>The socket failed while reading; see <see cref="SocketConnection.SocketError"/>.</summary>
    ReadSocketError = 104,

    /// <summary>Nobody reads <see cref="SocketConnection.Input"/> any more.</summary>
    ReadFlushCompleted = 105,

    /// <summary>Not used here: handing data to <see cref="SocketConnection.Input"/> was cancelled.</summary>
    ReadFlushCanceled = 106,

    /// <summary><see cref="SocketConnection.Output"/> was completed and everything in it sent.</summary>
    WriteEndOfStream = 200,

    /// <summary>The socket was disposed under the writing side.</summary>
    WriteDisposed = 201,

    /// <summary>Writing failed with an I/O error.</summary>
    WriteIOException = 203,

    /// <summary>Writing failed in another way.</summary>
    WriteException = 204,

    /// <summary>The socket failed while writing; see <see cref="SocketConnection.SocketError"/>.</summary>
    WriteSocketError = 205,

    /// <summary>The reader of <see cref="SocketConnection.Input"/> was completed.</summary>
    InputReaderCompleted = 300,

    /// <summary>Not used here: the writer of <see cref="SocketConnection.Input"/> was completed.</summary>
    InputWriterCompleted = 301,

    /// <summary>Not used here: the reader of <see cref="SocketConnection.Output"/> was completed.</summary>
    OutputReaderCompleted = 302,

    /// <summary>Not used here: the writer of <see cref="SocketConnection.Output"/> was completed.</summary>
    OutputWriterCompleted = 303,

    /// <summary>The application's protocol ended on the client's wish.</summary>
    ProtocolExitClient = 400,

    /// <summary>The application's protocol ended on the server's wish.</summary>
    ProtocolExitServer = 401,
}

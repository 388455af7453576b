namespace Pipelines.Sockets.Unofficial;

/// <summary>The other side cut the connection instead of ending it.</summary>
public class ConnectionResetException : IOException
{
    /// <summary>Makes one with a message.</summary>
    public ConnectionResetException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and what the socket said.</summary>
    public ConnectionResetException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

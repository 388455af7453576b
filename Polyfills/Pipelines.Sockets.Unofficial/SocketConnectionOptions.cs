namespace Pipelines.Sockets.Unofficial;

/// <summary>How a <see cref="SocketConnection"/> works.</summary>
[Flags]
public enum SocketConnectionOptions
{
    /// <summary>The defaults. Other options of the public package are hints to which this one has no use.</summary>
    None = 0,
}

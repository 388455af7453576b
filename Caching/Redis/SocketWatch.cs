using StackExchange.Redis;

namespace Platform.Caching.Redis;

/// <summary>
/// Tells of every new connection to Redis before anything can be sent over it. The client's own events come later and on
/// another thread, when a value of a restarted server may already have been read.
/// </summary>
internal sealed class SocketWatch
{
    private int _opened;

    /// <summary>How many connections have been made.</summary>
    internal int Opened => Volatile.Read(ref _opened);

    /// <summary>Called on the thread that connects.</summary>
    internal event Action? Opening;

    internal void Attach(ConfigurationOptions options)
    {
        var earlier = options.BeforeSocketConnect;
        options.BeforeSocketConnect = (endPoint, type, socket) =>
        {
            earlier?.Invoke(endPoint, type, socket);
            Interlocked.Increment(ref _opened);
            Opening?.Invoke();
        };
    }
}

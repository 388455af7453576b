using System.Net;

namespace Platform.Realtime.Access;

/// <summary>Counts the connections of each user and from each address to this node.</summary>
internal sealed class ConnectionLimits(RealtimeSettings settings)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, int> _counts = [];

    /// <summary>Takes a place for a connection.</summary>
    /// <param name="address">From where.</param>
    /// <param name="userId">Whose; null for a stranger's.</param>
    /// <returns>Null when it was given; else of what there are too many, <c>user</c> or <c>address</c>.</returns>
    internal string? TryEnter(IPAddress address, Guid? userId)
    {
        lock (_lock)
        {
            if (userId is { } user && _counts.GetValueOrDefault(user) >= settings.ConnectionsPerUser)
            {
                return "user";
            }

            if (_counts.GetValueOrDefault(address) >= settings.ConnectionsPerAddress)
            {
                return "address";
            }

            Count(address, 1);
            Count(userId, 1);
            return null;
        }
    }

    /// <summary>Gives a place back.</summary>
    internal void Leave(IPAddress address, Guid? userId)
    {
        lock (_lock)
        {
            Count(address, -1);
            Count(userId, -1);
        }
    }

    private void Count(object? key, int more)
    {
        if (key is not null && (_counts[key] = _counts.GetValueOrDefault(key) + more) == 0)
        {
            _counts.Remove(key);
        }
    }
}

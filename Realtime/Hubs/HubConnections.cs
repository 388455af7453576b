using Microsoft.AspNetCore.SignalR;

namespace Platform.Realtime.Hubs;

/// <summary>Gives the hub its connections themselves, to write to them in its own order and at their pace.</summary>
internal sealed class HubConnections(ILogger<DefaultHubLifetimeManager<ChangesHub>> logger) : DefaultHubLifetimeManager<ChangesHub>(logger)
{
    private static readonly object Key = new();

    /// <summary>The connection of a caller.</summary>
    internal static HubConnectionContext Of(HubCallerContext caller) => (HubConnectionContext)caller.Items[Key]!;

    /// <inheritdoc />
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection.Items[Key] = connection;
        return base.OnConnectedAsync(connection);
    }
}

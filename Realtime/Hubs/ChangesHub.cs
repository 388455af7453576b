using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Platform.Realtime.Access;
using Platform.Realtime.Subscriptions;

namespace Platform.Realtime.Hubs;

/// <summary><c>/hubs/changes</c>: clients say here what they want to be told of (docs/realtime.md).</summary>
internal sealed class ChangesHub(SubscriberServices services) : Hub
{
    /// <summary>Where it is.</summary>
    internal const string Path = "/hubs/changes";

    private static readonly object Key = new();

    private Subscriber Subscriber => (Subscriber)Context.Items[Key]!;

    /// <summary>Begins to tell the caller of a topic.</summary>
    /// <param name="topic">Which.</param>
    /// <param name="after">From where: an event's id, or a position in the WAL; null for from now.</param>
    /// <returns>Where it begins: everything after it is told.</returns>
    /// <exception cref="HubException">It is not possible; the message says why.</exception>
    public async Task<ChangesPosition> Subscribe(string? topic, string? after)
    {
        try
        {
            return ChangesPosition.Of((await Subscriber.SubscribeAsync([topic], after, Context.ConnectionAborted)).StartId);
        }
        catch (SubscriptionException refused)
        {
            throw new HubException(refused.Message);
        }
    }

    /// <summary>Ends it. When this is answered, nothing more of the topic comes.</summary>
    /// <exception cref="HubException">The caller was not subscribed to it.</exception>
    public async Task Unsubscribe(string? topic)
    {
        try
        {
            await Subscriber.UnsubscribeAsync(topic);
        }
        catch (SubscriptionException refused)
        {
            throw new HubException(refused.Message);
        }
    }

    /// <inheritdoc />
    public override Task OnConnectedAsync()
    {
        var http = Context.GetHttpContext()!;
        // The hub itself is gone after each call.
        var connection = HubConnections.Of(Context);
        Context.Items[Key] = new Subscriber(services, new HubOutput(connection, http), Admission.Of(http), mayComeBack =>
        {
            if (mayComeBack)
            {
                // Unlike an abortion it asks the client to come again, with a new token.
                connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }
            else
            {
                connection.Abort();
            }
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        Subscriber.Dispose();
        return Task.CompletedTask;
    }
}

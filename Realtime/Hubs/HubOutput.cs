using Microsoft.AspNetCore.SignalR;
using Platform.Realtime.Subscriptions;

namespace Platform.Realtime.Hubs;

/// <summary>Tells a client over SignalR. What all are told is written once; several notices go as one frame.</summary>
internal sealed class HubOutput(HubConnectionContext connection, HttpContext http) : IFeedOutput
{
    // The only protocol of the hub.
    private const string Protocol = "json";

    /// <inheritdoc />
    public ValueTask WriteAsync(IReadOnlyList<QueuedNotice> notices, CancellationToken cancellationToken)
    {
        var message = notices is [var one] ? one.Notice.Message : Join(notices);
        return connection.WriteAsync(new SerializedHubMessage([new SerializedMessage(Protocol, message)]), cancellationToken);
    }

    /// <inheritdoc />
    public void Abort()
    {
        connection.Abort();
        // That alone would wait until the client has taken what was written before.
        http.Abort();
    }

    private static byte[] Join(IReadOnlyList<QueuedNotice> notices)
    {
        var joined = new byte[notices.Sum(queued => queued.Notice.Message.Length)];
        var at = 0;
        foreach (var queued in notices)
        {
            queued.Notice.Message.Span.CopyTo(joined.AsSpan(at));
            at += queued.Notice.Message.Length;
        }

        return joined;
    }
}

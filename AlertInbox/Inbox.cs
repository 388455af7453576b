namespace Platform.AlertInbox;

/// <summary>An alert as it came in.</summary>
/// <param name="Number">1 for the first since the start; nothing else is kept of those that had to leave.</param>
/// <param name="ReceivedAt">When it came in.</param>
/// <param name="Receiver">By which branch of the routing tree.</param>
/// <param name="Alert">What it says.</param>
internal sealed record Received(long Number, DateTimeOffset ReceivedAt, string Receiver, Alert Alert);

/// <summary>The alerts that came in last, in memory.</summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class Inbox(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<Received> _received = new();
    private long _number;

    public void Add(Notification notification, DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (var alert in notification.Alerts)
            {
                if (_received.Count == capacity)
                    _received.Dequeue();
                _received.Enqueue(new Received(++_number, now, notification.Receiver, alert));
            }
        }
    }

    /// <summary>Those that came in after the one of that number, the newest first.</summary>
    public IReadOnlyList<Received> After(long number)
    {
        lock (_lock)
            return [.. _received.Where(received => received.Number > number).Reverse()];
    }
}

namespace Platform.Realtime.Subscriptions;

/// <summary>How a client is told: by SignalR, or by server-sent events.</summary>
internal interface IFeedOutput
{
    /// <summary>Sends notices, in order, in one piece; ends when the connection has taken them.</summary>
    ValueTask WriteAsync(IReadOnlyList<QueuedNotice> notices, CancellationToken cancellationToken);

    /// <summary>Ends the connection at once, although it does not take what is sent.</summary>
    void Abort();
}

/// <summary>A notice that waits to be told.</summary>
/// <param name="Subscription">For whom.</param>
/// <param name="Notice">What.</param>
/// <param name="EndsChange">Whether nothing more of the same change follows: who has it has all up to there.</param>
internal readonly record struct QueuedNotice(Subscription Subscription, Notice Notice, bool EndsChange);

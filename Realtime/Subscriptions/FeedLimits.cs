namespace Platform.Realtime.Subscriptions;

/// <summary>How much a connection may leave untaken.</summary>
/// <param name="Notices">So many notices wait at most.</param>
/// <param name="Bytes">So many bytes, about.</param>
/// <param name="SendTimeout">A connection that takes nothing for so long is ended.</param>
internal sealed record FeedLimits(int Notices, int Bytes, TimeSpan SendTimeout);

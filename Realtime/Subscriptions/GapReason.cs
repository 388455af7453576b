namespace Platform.Realtime.Subscriptions;

/// <summary>Why something is not told. Part of the protocol (docs/realtime.md).</summary>
internal static class GapReason
{
    /// <summary>The client took it too slowly. It can still be had, by subscribing from where the gap begins.</summary>
    internal const string Slow = "slow";

    /// <summary>It is no longer kept, or never was.</summary>
    internal const string Lost = "lost";

    /// <summary>The database was restored or failed over: ids from before mean nothing now.</summary>
    internal const string History = "history";

    /// <summary>The client may not be told of the topic any more, and is not.</summary>
    internal const string Revoked = "revoked";
}

namespace Platform.Realtime.Subscriptions;

/// <summary>What failed for one client and nobody else.</summary>
internal enum FailureReason
{
    /// <summary>It took nothing for longer than <c>Realtime:SendTimeout</c>.</summary>
    Stalled,

    /// <summary>Writing to it.</summary>
    Output,

    /// <summary>Asking the Api whether it may be told.</summary>
    Access,

    /// <summary>Reading the past.</summary>
    History,
}

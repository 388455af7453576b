namespace Platform.Analytics.Events;

/// <summary>
/// All that is personal in the event store: who did something, by the number of the account alone, because recommendations are
/// made of it. No names, no addresses, no texts. Whoever asks to be forgotten is found by these.
/// </summary>
internal static class PersonalData
{
    /// <summary>The columns of the database that say who, as <c>schema.table.column</c>.</summary>
    internal static readonly IReadOnlySet<string> Columns = new HashSet<string>(StringComparer.Ordinal)
    {
        "store.orders.user_id",
        "store.reviews.user_id",
        "telemetry.interactions.user_id",
    };
}

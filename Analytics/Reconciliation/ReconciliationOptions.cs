using Platform.ServiceDefaults;

namespace Platform.Analytics.Reconciliation;

/// <summary>Configuration section <c>Analytics</c>.</summary>
/// <param name="Every">From the end of a pass to the next: <c>Analytics:ReconcileEvery</c>, an hour unless set, 1 second to 30 days.</param>
/// <param name="Entities">How many entities, such as books, are compared together: <c>Analytics:ReconcileEntities</c>, 2,000 unless set, 1 to 100,000.</param>
/// <param name="WaitAtMost">How far the event store may be behind to be compared: <c>Analytics:ReconcileWaitAtMost</c>, 30 seconds unless set, 1 second to 10 minutes.</param>
internal sealed record ReconciliationOptions(TimeSpan Every, int Entities, TimeSpan WaitAtMost)
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static ReconciliationOptions From(IConfiguration configuration) => new(
        Settings.Duration(configuration, "Analytics:ReconcileEvery", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        Settings.Number(configuration, "Analytics:ReconcileEntities", 2_000, 1, 100_000),
        Settings.Duration(configuration, "Analytics:ReconcileWaitAtMost", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)));
}

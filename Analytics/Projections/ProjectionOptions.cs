using Platform.ServiceDefaults;

namespace Platform.Analytics.Projections;

/// <summary>Configuration section <c>Analytics:Projections</c>.</summary>
/// <param name="PageSize">About how many events are taken at once: <c>PageSize</c>, 20,000 unless set, 1 to 100,000. Memory grows with it.</param>
/// <param name="TakesOverAfter">How long after its last word an instance that projects counts as dead: <c>TakesOverAfter</c>, 10 s unless set, 1 s to 10 min.</param>
internal sealed record ProjectionOptions(int PageSize, TimeSpan TakesOverAfter)
{
    internal static readonly ProjectionOptions Default = new(20_000, TimeSpan.FromSeconds(10));

    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static ProjectionOptions From(IConfiguration configuration) => new(
        Settings.Number(configuration, "Analytics:Projections:PageSize", Default.PageSize, 1, 100_000),
        Settings.Duration(configuration, "Analytics:Projections:TakesOverAfter", Default.TakesOverAfter, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)));
}

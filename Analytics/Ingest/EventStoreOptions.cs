using Platform.ServiceDefaults;

namespace Platform.Analytics.Ingest;

/// <summary>Configuration section <c>Analytics</c>.</summary>
/// <param name="Database">The database in Cosmos DB: <c>Analytics:Database</c>, <c>analytics</c> unless set.</param>
/// <param name="Parallelism">How many streams are written to at once: <c>Analytics:Parallelism</c>, 1,000 unless set, 1 to 10,000.</param>
/// <param name="GatherAtMost">Most events written together: <c>Analytics:GatherAtMost</c>, 5,000 unless set, 1 to 100,000.</param>
internal sealed record EventStoreOptions(string Database, int Parallelism, int GatherAtMost)
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static EventStoreOptions From(IConfiguration configuration) => new(
        configuration["Analytics:Database"] is { Length: > 0 } database ? database : "analytics",
        Settings.Number(configuration, "Analytics:Parallelism", 1_000, 1, 10_000),
        Settings.Number(configuration, "Analytics:GatherAtMost", 5_000, 1, 100_000));
}

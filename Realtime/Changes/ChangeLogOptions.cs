using Platform.Caching;
using Platform.ServiceDefaults;
using StackExchange.Redis;

namespace Platform.Realtime.Changes;

/// <summary>Configuration section <c>ChangeLog</c>, and what the log is called in Redis.</summary>
/// <param name="Space">What separates it from others in the same Redis: <c>Cache:Namespace</c>, as for the cache.</param>
/// <param name="Length">Most events that are kept: <c>ChangeLog:Length</c>, 100,000 unless set, 1 to 10,000,000.</param>
/// <param name="Age">Events committed longer ago go when others are published: <c>ChangeLog:Age</c>, one day unless set, 1 second to 90 days.</param>
internal sealed record ChangeLogOptions(string Space, int Length, TimeSpan Age)
{
    /// <summary>The stream of events, and the hash that says what it is.</summary>
    internal RedisKey[] Keys { get; } = [$"{Space}:changes", $"{Space}:changes:state"];

    /// <summary>Here it is said that there is more.</summary>
    internal RedisChannel Wake { get; } = RedisChannel.Literal($"{Space}:changes:wake");

    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static ChangeLogOptions From(IConfiguration configuration) => new(
        configuration["Cache:Namespace"] ?? new CacheOptions().Namespace,
        Settings.Number(configuration, "ChangeLog:Length", 100_000, 1, 10_000_000),
        Settings.Duration(configuration, "ChangeLog:Age", TimeSpan.FromDays(1), TimeSpan.FromSeconds(1), TimeSpan.FromDays(90)));
}

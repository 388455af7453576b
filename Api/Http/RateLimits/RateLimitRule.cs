using System.Globalization;

namespace Platform.Api.Http.RateLimits;

/// <summary>How often something may be done: a bucket of tokens, full at first, that fills again within a time.</summary>
/// <param name="Name">Its setting is <c>RateLimits:{Name}</c>; clients and metrics call it so too.</param>
/// <param name="Permits">How many tokens it holds; 0 for no limit.</param>
/// <param name="Period">In what time it fills from empty.</param>
internal sealed record RateLimitRule(string Name, int Permits, TimeSpan Period)
{
    // So that one who keeps to a limit costs at most so many questions to Redis in its period, however much the limit allows.
    private const int LeasesOfPeriod = 50;

    internal bool IsOff => Permits == 0;

    /// <summary>How many tokens a process takes from the shared bucket at once.</summary>
    internal int Batch { get; } = Math.Max(1, Permits / LeasesOfPeriod);

    /// <summary>The rule as clients read it (draft-ietf-httpapi-ratelimit-headers).</summary>
    internal string Policy { get; } = string.Create(CultureInfo.InvariantCulture, $"\"{Name}\";q={Permits};w={Math.Ceiling(Period.TotalSeconds)}");

    /// <summary>Reads <c>RateLimits:{name}</c>: <c>600/00:01:00</c>, or <c>off</c>.</summary>
    /// <exception cref="InvalidOperationException">The setting is not usable; the message names it.</exception>
    internal static RateLimitRule From(IConfiguration configuration, string name, int permits, TimeSpan period)
    {
        if (configuration[$"RateLimits:{name}"] is not { Length: > 0 } text)
        {
            return new RateLimitRule(name, permits, period);
        }

        if (text.Equals("off", StringComparison.OrdinalIgnoreCase))
        {
            return new RateLimitRule(name, 0, period);
        }

        return text.Split('/') is [var count, var time]
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out permits) && permits is >= 1 and <= 1_000_000_000
            && TimeSpan.TryParse(time, CultureInfo.InvariantCulture, out period) && period >= TimeSpan.FromSeconds(1) && period <= TimeSpan.FromDays(1)
                ? new RateLimitRule(name, permits, period)
                : throw new InvalidOperationException($"RateLimits:{name} must be off, or a number from 1 to 1000000000 and a time from 00:00:01 to 1.00:00:00 such as 600/00:01:00.");
    }
}

using System.Globalization;

namespace Platform.LoadTests.Run.Chaos;

/// <summary>Something that is done to the stack under load.</summary>
/// <param name="Name">What, such as <c>redis-kill</c>.</param>
/// <param name="At">When, since the load began.</param>
public sealed record ChaosStep(string Name, TimeSpan At)
{
    /// <summary>All that can be done.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. from resource in new[] { "redis", "postgres", "analytics", "realtime", "api" } from what in new[] { "kill", "restart" } select $"{resource}-{what}", "slow-redis",
    ];

    /// <summary>Reads <c>redis-kill,postgres-restart@20s</c>: what has no time is spread evenly over the load.</summary>
    /// <param name="text">Of the command line.</param>
    /// <param name="duration">How long the load is.</param>
    /// <exception cref="FormatException">It is not that; the message says what is wrong.</exception>
    public static IReadOnlyList<ChaosStep> Read(string text, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        var steps = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return [.. steps.Select((step, n) => Read(step, duration * (n + 1) / (steps.Length + 1), duration)).OrderBy(step => step.At)];
    }

    private static ChaosStep Read(string text, TimeSpan unless, TimeSpan duration)
    {
        var parts = text.Split('@', 2);
        if (!Known.Contains(parts[0], StringComparer.Ordinal))
            throw new FormatException($"--chaos knows no {parts[0]}; it knows {string.Join(", ", Known)}.");
        var at = parts.Length == 1 ? unless : Durations.Read("--chaos", parts[1]);
        return at < duration ? new ChaosStep(parts[0], at) : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"--chaos has {text}, and the load is over after {duration.TotalSeconds} s."));
    }
}

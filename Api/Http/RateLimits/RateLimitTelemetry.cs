using System.Diagnostics.Metrics;

namespace Platform.Api.Http.RateLimits;

/// <summary>The measurements of the limits, by rule; in Prometheus <c>platform_ratelimits_*</c>.</summary>
/// <remarks>What is allowed is not counted here: HTTP's own metrics count it, and most of it must cost nothing.</remarks>
internal sealed class RateLimitTelemetry
{
    private readonly Counter<long> _refused;
    private readonly Counter<long> _asked;
    private readonly Counter<long> _alone;

    public RateLimitTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Platform.RateLimits");
        _refused = meter.CreateCounter<long>("refused_total", "{request}", "Requests answered 429.");
        _asked = meter.CreateCounter<long>("asked_total", "{question}", "Questions to Redis for tokens.");
        _alone = meter.CreateCounter<long>("alone_total", "{request}", "Requests decided by this process alone, because Redis did not answer.");
    }

    /// <summary>There is such a rule: nothing was refused by it yet.</summary>
    internal void Begin(RateLimitRule rule)
    {
        foreach (var counter in new[] { _refused, _asked, _alone })
        {
            counter.Add(0, Tag(rule));
        }
    }

    internal void Refused(RateLimitRule rule) => _refused.Add(1, Tag(rule));

    internal void Asked(RateLimitRule rule) => _asked.Add(1, Tag(rule));

    internal void DecidedAlone(RateLimitRule rule) => _alone.Add(1, Tag(rule));

    private static KeyValuePair<string, object?> Tag(RateLimitRule rule) => new("rule", rule.Name);
}

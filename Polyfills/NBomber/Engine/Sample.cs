using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <summary>What a scenario did between two looks, a second or so apart.</summary>
/// <param name="At">When the second look was, from the scenario's start.</param>
/// <param name="Span">How long after the first.</param>
/// <param name="Ok">How many iterations ended well.</param>
/// <param name="Fail">How many failed.</param>
/// <param name="Median">Half of those that went well took no longer.</param>
/// <param name="Percent95">95 % of them took no longer.</param>
/// <param name="Percent99">99 % of them took no longer.</param>
/// <param name="UnderWay">How many were under way at the second look.</param>
/// <param name="Load">The load at the second look.</param>
internal sealed record Sample(TimeSpan At, TimeSpan Span, long Ok, long Fail, TimeSpan Median, TimeSpan Percent95, TimeSpan Percent99, int UnderWay, LoadSimulationStats Load)
{
    internal double OkPerSecond => Span > TimeSpan.Zero ? Ok / Span.TotalSeconds : 0;

    internal double FailPerSecond => Span > TimeSpan.Zero ? Fail / Span.TotalSeconds : 0;
}

using NBomber.Contracts;

namespace NBomber.Engine;

/// <summary>When the iterations of an open simulation are to begin, counted from the simulation's start.</summary>
internal static class Arrivals
{
    /// <summary>The times of a simulation that injects.</summary>
    /// <param name="simulation">The simulation.</param>
    /// <param name="perSecond">How many a second the simulation before it ended with.</param>
    /// <param name="random">Chance, for rates that are drawn.</param>
    /// <returns>The times, in order; null when the simulation does not inject.</returns>
    internal static IEnumerable<TimeSpan>? Of(LoadSimulation simulation, double perSecond, Random random) => simulation switch
    {
        LoadSimulation.Inject inject => Steady(inject.Rate, inject.Interval, inject.During),
        LoadSimulation.InjectRandom drawn => Drawn(drawn, random),
        LoadSimulation.RampingInject ramp => Ramp(perSecond, ramp.Rate / ramp.Interval.TotalSeconds, ramp.During),
        _ => null,
    };

    /// <summary>How many a second a simulation ends with: what the next ramp begins at.</summary>
    internal static double EndsWith(LoadSimulation simulation) => simulation switch
    {
        LoadSimulation.Inject inject => inject.Rate / inject.Interval.TotalSeconds,
        LoadSimulation.InjectRandom drawn => (drawn.MinRate + drawn.MaxRate) / 2.0 / drawn.Interval.TotalSeconds,
        LoadSimulation.RampingInject ramp => ramp.Rate / ramp.Interval.TotalSeconds,
        _ => 0,
    };

    /// <summary>Evenly over each interval: arrivals that came all at its start would measure their own queue.</summary>
    private static IEnumerable<TimeSpan> Steady(int rate, TimeSpan interval, TimeSpan during)
    {
        for (long number = 0; ; number++)
        {
            var at = TimeSpan.FromTicks((long)((double)interval.Ticks * number / rate));
            if (rate == 0 || at >= during)
                yield break;
            yield return at;
        }
    }

    private static IEnumerable<TimeSpan> Drawn(LoadSimulation.InjectRandom simulation, Random random)
    {
        for (var start = TimeSpan.Zero; start < simulation.During; start += simulation.Interval)
        {
            var rest = simulation.During - start;
            foreach (var at in Steady(random.Next(simulation.MinRate, simulation.MaxRate + 1), simulation.Interval, rest < simulation.Interval ? rest : simulation.Interval))
                yield return start + at;
        }
    }

    /// <summary>
    /// The rate goes from one to the other in a straight line, so the number that have come by t is its integral
    /// n(t) = from·t + (to − from)·t² / 2·during; the k-th comes when n(t) = k.
    /// </summary>
    private static IEnumerable<TimeSpan> Ramp(double from, double to, TimeSpan during)
    {
        var slope = (to - from) / during.TotalSeconds;
        for (long number = 0; ; number++)
        {
            var underRoot = (from * from) + (2 * slope * number);
            if (underRoot < 0 || (from == 0 && to == 0))
                yield break;
            var denominator = from + Math.Sqrt(underRoot);
            var seconds = number == 0 ? 0 : 2 * number / denominator;
            if (seconds >= during.TotalSeconds)
                yield break;
            yield return TimeSpan.FromSeconds(seconds);
        }
    }
}

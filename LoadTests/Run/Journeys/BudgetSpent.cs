namespace Platform.LoadTests.Run.Journeys;

/// <summary>What a run has spent of what a journey may fail.</summary>
/// <param name="Journey">Which.</param>
/// <param name="Slo"><c>availability</c> or <c>latency</c>.</param>
/// <param name="Bad">How many requests were not as promised.</param>
/// <param name="All">Of how many.</param>
/// <param name="Objective">The share that has to be.</param>
/// <param name="BurnRate">How many times as fast as it may the budget was spent.</param>
/// <param name="Spent">The share of the budget of 30 days that is gone.</param>
public sealed record BudgetSpent(string Journey, string Slo, long Bad, long All, double Objective, double BurnRate, double Spent)
{
    private static readonly TimeSpan Period = TimeSpan.FromDays(30);

    /// <summary>Of all journeys.</summary>
    /// <param name="tally">What became of requests.</param>
    /// <param name="duration">In what time.</param>
    public static IEnumerable<BudgetSpent> Of(Tally tally, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(tally);
        foreach (var objective in tally.Journeys)
        {
            var counts = tally.Count(objective.Journey);
            yield return Of(objective.Journey, "availability", counts.Failed, counts.All, objective.Availability, duration);
            yield return Of(objective.Journey, "latency", counts.Slow, counts.All - counts.Failed, objective.Fast, duration);
        }
    }

    private static BudgetSpent Of(string journey, string slo, long bad, long all, double objective, TimeSpan duration)
    {
        var burnRate = all == 0 ? 0 : (double)bad / all / (1 - objective);
        // As if the 30 days had the traffic of the run throughout.
        return new(journey, slo, bad, all, objective, burnRate, burnRate * (duration / Period));
    }
}

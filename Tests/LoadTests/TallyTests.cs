using Platform.LoadTests.Run.Journeys;

namespace Platform.Tests.LoadTests;

/// <summary>What a run spends of the budgets.</summary>
public sealed class TallyTests
{
    private readonly Tally _tally = new(new Dictionary<string, Objective> { ["browse"] = new("browse", 0.99, 0.9, TimeSpan.FromMilliseconds(100)) });

    [Fact]
    public void What_was_sent_before_counting_began_does_not_count()
    {
        Add(at: 0);
        _tally.Open(At(1));
        Add(at: 0.5);
        Add(at: 1);

        Assert.Equal(new Tally.Counts(1, 0, 0), _tally.Count("browse"));
    }

    [Fact]
    public void What_failed_is_not_slow_besides()
    {
        _tally.Open(At(0));
        Add(at: 1, milliseconds: 5_000, isGood: false);
        Add(at: 1, milliseconds: 101);
        Add(at: 1, milliseconds: 100);

        Assert.Equal(new Tally.Counts(3, 1, 1), _tally.Count("browse"));
    }

    [Fact]
    public void The_budget_of_thirty_days_is_spent_as_fast_as_more_fails_than_may()
    {
        _tally.Open(At(0));
        for (var n = 0; n < 100; n++)
            Add(at: 1, isGood: n >= 10, milliseconds: n >= 90 ? 200 : 1);

        var (availability, latency) = (BudgetSpent.Of(_tally, TimeSpan.FromHours(72)).First(), BudgetSpent.Of(_tally, TimeSpan.FromHours(72)).Last());

        Assert.Equal(("availability", 10, 100), (availability.Slo, availability.Bad, availability.All));
        Assert.Equal(10, availability.BurnRate, 6);
        Assert.Equal(1, availability.Spent, 6);
        Assert.Equal(("latency", 10, 90), (latency.Slo, latency.Bad, latency.All));
        Assert.Equal(10.0 / 90 / 0.1, latency.BurnRate, 6);
    }

    [Fact]
    public void A_fault_lasts_until_the_last_second_in_which_more_was_bad_than_may_be()
    {
        _tally.Open(At(0));
        for (var second = 0; second < 20; second++)
        {
            for (var n = 0; n < 10; n++)
                Add(at: second + 0.1, isGood: second != 5, milliseconds: second is 6 && n < 2 || second is 9 && n < 1 ? 500 : 1);
        }

        Assert.Equal(At(7), _tally.LastBad("browse", At(3), At(20)));
        Assert.Null(_tally.LastBad("browse", At(8), At(20)));
    }

    private void Add(double at, int milliseconds = 1, bool isGood = true) => _tally.Add(new("browse", At(at), TimeSpan.FromMilliseconds(milliseconds), isGood));

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}

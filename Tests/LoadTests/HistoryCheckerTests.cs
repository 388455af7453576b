using Platform.ChangeStream;
using Platform.LoadTests.Changes.History;

namespace Platform.Tests.LoadTests;

/// <summary>The checker that the realtime service is proved by finds what would be wrong, each kind as what it is.</summary>
public sealed class HistoryCheckerTests
{
    private const string Topic = "books/1";

    // 1 to 5 happened to the topic, one commit each; 3 had two changes.
    private static readonly TrueEvent[] Truth = [At(1), At(2), At(3), At(3, 2), At(4), At(5)];

    [Fact]
    public void All_of_it_once_and_in_order_is_right()
    {
        var verdict = Check(default, Truth.Select(Said));

        Assert.True(verdict.IsComplete);
        Assert.Equal(6, verdict.Right);
        Assert.Empty(verdict.Findings);
    }

    [Fact]
    public void What_was_before_the_subscription_is_not_expected()
    {
        Assert.True(Check(At(3).Id, Truth.Skip(3).Select(Said)).IsComplete);
    }

    [Fact]
    public void What_was_before_the_subscription_and_came_is_foreign()
    {
        var verdict = Check(At(3).Id, Truth.Skip(2).Select(Said));

        Assert.Equal((1, 0), (verdict.Foreign, verdict.Lost));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_lost_one_is_found_wherever_it_was(int lost)
    {
        var verdict = Check(default, Truth.Where((_, place) => place != lost).Select(Said));

        Assert.Equal((1, 5), (verdict.Lost, verdict.Right));
        Assert.False(verdict.IsHonest);
        Assert.Contains($"{Truth[lost].Id} with", Assert.Single(verdict.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_came_again_is_found_even_when_another_was_lost()
    {
        var verdict = Check(default, [Said(At(1)), Said(At(2)), Said(At(2)), Said(At(3)), Said(At(3, 2)), Said(At(5))]);

        Assert.Equal((1, 1, 0), (verdict.Repeated, verdict.Lost, verdict.Reordered));
    }

    [Fact]
    public void Two_that_were_swapped_are_found()
    {
        var verdict = Check(default, [Said(At(1)), Said(At(3)), Said(At(2)), Said(At(3, 2)), Said(At(4)), Said(At(5))]);

        Assert.Equal((1, 0, 0), (verdict.Reordered, verdict.Lost, verdict.Repeated));
    }

    [Fact]
    public void One_of_another_topic_is_found()
    {
        var verdict = Check(default, Truth.Select(Said).Append(new HeardChange(new EventId(new(9), 1), "9-1")));

        Assert.Equal(1, verdict.Foreign);
    }

    [Fact]
    public void One_with_what_was_not_written_is_found()
    {
        var verdict = Check(default, Truth.Select(happened => Said(happened with { Content = happened == At(4) ? "3-1" : happened.Content })));

        Assert.Equal((1, 1), (verdict.Foreign, verdict.Lost));
        Assert.Contains("came with '3-1' and was '4-1'", verdict.Findings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_said_to_be_missing_is_not_lost_and_what_is_beyond_it_is()
    {
        var verdict = Check(default, [Said(At(1)), new HeardGap(At(1).Id, At(3).Id), Said(At(4)), Said(At(5))]);

        Assert.Equal((2, 1), (verdict.InGaps, verdict.Lost));
        Assert.False(verdict.IsHonest);
    }

    [Fact]
    public void A_gap_that_misses_nothing_leaves_it_complete()
    {
        Assert.True(Check(default, [.. Truth.Select(Said), new HeardGap(At(1).Id, At(5).Id)]).IsComplete);
    }

    [Fact]
    public void One_that_stands_for_others_excuses_as_many_as_it_says()
    {
        var honest = Check(default, [Said(At(1)), new HeardChange(At(4).Id, "4-1", Skipped: 3), Said(At(5))]);
        var less = Check(default, [Said(At(1)), new HeardChange(At(4).Id, "4-1", Skipped: 2), Said(At(5))]);

        Assert.Equal((3, 0, true, false), (honest.Skipped, honest.Lost, honest.IsHonest, honest.IsComplete));
        Assert.Equal((2, 1), (less.Skipped, less.Lost));
    }

    [Fact]
    public void Nothing_at_all_is_everything_lost()
    {
        Assert.Equal(6, Check(default, []).Lost);
    }

    [Fact]
    public void A_lost_one_is_shown_between_what_was_told_before_it_and_after_it()
    {
        var violation = Assert.Single(Check(default, Truth.Where((_, place) => place != 1).Select(Said)).Violations);

        Assert.Equal(HistoryChecker.Lost, violation.Kind);
        Assert.Equal(["a client told  1-1 '1-1'", "happened  2-1 '2-1'", "a client told  3-1 '3-1'"], violation.History);
    }

    [Fact]
    public void One_that_came_after_a_later_one_is_shown_with_it()
    {
        var violations = Check(default, [Said(At(2)), Said(At(1)), .. Truth.Skip(2).Select(Said)]).Violations;

        Assert.Equal(["happened  1-1 '1-1'", "a client told  2-1 '2-1'", "a client told  1-1 '1-1'"], Assert.Single(violations, violation => violation.Kind == HistoryChecker.Reordered).History);
    }

    private static TrueEvent At(ulong commit, long sequence = 1) => new(new EventId(new(commit), sequence), $"{commit}-{sequence}");

    private static HeardChange Said(TrueEvent happened) => new(happened.Id, happened.Content);

    private static HistoryVerdict Check(EventId after, IEnumerable<Heard> heard)
    {
        var checker = new HistoryChecker(new Dictionary<string, IReadOnlyList<TrueEvent>> { [Topic] = Truth });
        checker.Check("a client", Topic, after, [.. heard]);
        return checker.Verdict;
    }
}

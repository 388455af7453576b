using Platform.LoadTests.Run.Correctness;

namespace Platform.Tests.LoadTests;

/// <summary>What a run says of what its checkers found.</summary>
public sealed class VerdictTests
{
    [Fact]
    public void Of_each_kind_the_smallest_history_is_told()
    {
        var verdict = new Verdict();

        verdict.Add("no stale read", 7, [new("stale read", "large", ["1", "2", "3"]), new("stale read", "small", ["1", "2"]), new("stale read", "larger", ["1", "2", "3"])]);

        Assert.False(verdict.IsRight);
        Assert.Equal(3, verdict.Counts["stale read"]);
        Assert.Equal("small", Assert.Single(verdict.Smallest).What);
        Assert.Equal(
            ["no stale read: 7 judged", "VIOLATED, 3 times: stale read; the smallest history that shows it:", "  stale read: small", "      1", "      2"], verdict.Lines());
    }

    [Fact]
    public void What_was_not_judged_is_told()
    {
        var verdict = new Verdict();

        verdict.Skip("no oversell", "there was no administrator");

        Assert.True(verdict.IsRight);
        Assert.Equal(["no oversell: NOT JUDGED, there was no administrator"], verdict.Lines());
    }
}

using Platform.LoadTests.Run.Correctness;

namespace Platform.Tests.LoadTests;

/// <summary>Planted histories of reads: what is promised passes, and what breaks a promise is found as what it is, with what shows it.</summary>
public sealed class StalenessCheckerTests
{
    private const string Here = "node 1";
    private const string There = "node 2";
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(2);

    [Fact]
    public void Reads_of_the_newest_version_are_right()
    {
        Assert.Empty(Check([Write(1, 0, 10, at: 100), Write(2, 20, 30, at: 200)], [Read(1, 11, 12), Read(2, 31, 32, asked: 200, position: 200)]));
    }

    [Fact]
    public void A_read_beside_a_write_may_show_either()
    {
        Assert.Empty(Check([Write(1, 0, 10), Write(2, 20, 40)], [Read(1, 25, 30), Read(2, 25, 30), Read(1, 39, 41)]));
    }

    [Fact]
    public void A_write_that_was_not_answered_may_be_shown_or_not()
    {
        Assert.Empty(Check([Write(1, 0, 10), Write(2, 20, null)], [Read(1, 9_000, 9_001), Read(2, 9_002, 9_003)]));
    }

    [Fact]
    public void An_answer_older_than_a_write_that_the_same_node_had_answered_is_stale()
    {
        var violation = Assert.Single(Check([Write(1, 0, 10), Write(2, 20, 30), Write(3, 40, 50)], [Read(2, 51, 52)]));

        Assert.Equal(StalenessChecker.Stale, violation.Kind);
        Assert.Equal(["0.0200 s to 0.0300 s  node 1 is told book = 2", "0.0400 s to 0.0500 s  node 1 is told book = 3", "0.0510 s to 0.0520 s  node 1 answers book = 2"], violation.History);
    }

    [Fact]
    public void Another_node_may_be_behind_for_as_long_as_is_promised()
    {
        VersionWrite[] writes = [Write(1, 0, 10), Write(2, 20, 30)];

        Assert.Empty(Check(writes, [Read(1, 2_000, 2_001, node: There)]));
        Assert.Equal(StalenessChecker.StaleElsewhere, Assert.Single(Check(writes, [Read(1, 2_040, 2_041, node: There)])).Kind);
    }

    [Fact]
    public void A_read_that_asked_for_the_position_of_a_write_must_show_it_on_every_node()
    {
        var violation = Assert.Single(Check([Write(1, 0, 10, at: 100), Write(2, 20, 30, at: 200)], [Read(1, 31, 32, asked: 200, node: There), Read(1, 31, 32, asked: 199, node: There)]));

        Assert.Equal(StalenessChecker.BehindAsked, violation.Kind);
        Assert.Equal(3, violation.History.Count);
    }

    [Fact]
    public void A_read_that_asked_for_a_position_before_its_write_was_answered_need_not_show_it()
    {
        Assert.Empty(Check([Write(1, 0, 10, at: 100), Write(2, 20, 30, at: 200)], [Read(1, 25, 29, asked: 900), Read(1, 15, 19, asked: 900)]));
    }

    [Fact]
    public void An_answer_that_claims_a_position_must_show_what_was_written_up_to_it()
    {
        Assert.Equal(StalenessChecker.BehindClaimed, Assert.Single(Check([Write(1, 0, 10, at: 100), Write(2, 20, 30, at: 200)], [Read(1, 31, 32, position: 200, node: There)])).Kind);
    }

    [Fact]
    public void A_version_that_nobody_had_written_yet_is_found()
    {
        VersionWrite[] writes = [Write(1, 0, 10), Write(2, 50, 60)];

        Assert.Equal(StalenessChecker.NeverWritten, Assert.Single(Check(writes, [Read(7, 11, 12)])).Kind);
        Assert.Equal(StalenessChecker.NeverWritten, Assert.Single(Check(writes, [Read(2, 11, 12)])).Kind);
    }

    [Fact]
    public void Things_do_not_answer_for_each_other()
    {
        Assert.Empty(Check([Write(1, 0, 10), Write(2, 20, 30) with { Key = "another" }], [Read(1, 40, 41)]));
    }

    private static List<Violation> Check(VersionWrite[] writes, VersionRead[] reads)
    {
        var history = new VersionHistory();
        foreach (var write in writes)
            history.Add(write);
        foreach (var read in reads)
            history.Add(read);
        return [.. new StalenessChecker(Promise).Check(history)];
    }

    private static VersionWrite Write(long version, int began, int? ended, ulong? at = null) =>
        new("book", version, TimeSpan.FromMilliseconds(began), ended is { } end ? TimeSpan.FromMilliseconds(end) : null, at, Here);

    private static VersionRead Read(long version, int began, int ended, ulong? asked = null, ulong? position = null, string node = Here) =>
        new("book", version, TimeSpan.FromMilliseconds(began), TimeSpan.FromMilliseconds(ended), asked, position, node);
}

using Platform.LoadTests.Run;
using Platform.LoadTests.Run.Chaos;

namespace Platform.Tests.LoadTests;

/// <summary>How faults under load are asked for.</summary>
public sealed class ChaosStepTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void What_has_no_time_is_spread_evenly_and_what_has_one_keeps_it()
    {
        var steps = ChaosStep.Read("redis-kill, postgres-restart@5s,slow-redis", Minute);

        Assert.Equal([new("postgres-restart", TimeSpan.FromSeconds(5)), new("redis-kill", TimeSpan.FromSeconds(15)), new("slow-redis", TimeSpan.FromSeconds(45))], steps);
    }

    [Fact]
    public void Nothing_is_done_unless_it_is_asked_for()
    {
        Assert.Empty(ChaosStep.Read("", Minute));
    }

    [Theory]
    [InlineData("redis-explode", "--chaos knows no redis-explode; it knows redis-kill,")]
    [InlineData("redis-kill@soon", "--chaos must be a time above 0")]
    [InlineData("redis-kill@90s", "--chaos has redis-kill@90s, and the load is over after 60 s.")]
    public void What_cannot_be_done_is_said(string text, string what)
    {
        Assert.StartsWith(what, Assert.Throws<FormatException>(() => ChaosStep.Read(text, Minute)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("1.5m", 90)]
    [InlineData("500ms", 0.5)]
    [InlineData("1h", 3_600)]
    public void Times_are_written_with_their_unit(string text, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Durations.Read("--duration", text));
    }

    [Theory]
    [InlineData("60")]
    [InlineData("0s")]
    [InlineData("-5s")]
    [InlineData("")]
    public void What_is_no_time_is_refused(string text)
    {
        Assert.StartsWith("--duration must be a time", Assert.Throws<FormatException>(() => Durations.Read("--duration", text)).Message, StringComparison.Ordinal);
    }
}

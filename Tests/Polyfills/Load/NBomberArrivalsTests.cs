using NBomber.CSharp;
using NBomber.Engine;

namespace Platform.Tests.Polyfills.Load;

/// <summary>When iterations of the open simulations are due, which no machine's speed has a part in.</summary>
public sealed class NBomberArrivalsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_rate_is_spread_evenly_over_its_interval()
    {
        var arrivals = Arrivals.Of(Simulation.Inject(rate: 50, interval: Second, during: 3 * Second), 0, new Random(1))!.ToArray();

        Assert.Equal(150, arrivals.Length);
        Assert.All(arrivals.Zip(arrivals.Skip(1)), pair => Assert.Equal(20, (pair.Second - pair.First).TotalMilliseconds, 0.001));
        Assert.Equal(TimeSpan.Zero, arrivals[0]);
    }

    [Fact]
    public void A_ramp_rises_evenly_from_the_rate_before_it()
    {
        var arrivals = Arrivals.Of(Simulation.RampingInject(rate: 300, interval: Second, during: 10 * Second), 100, new Random(1))!.ToArray();

        Assert.InRange(arrivals.Length, 1_999, 2_001);
        Assert.InRange(arrivals.Count(a => a < Second), 109, 112);
        Assert.InRange(arrivals.Count(a => a >= 9 * Second), 289, 292);
        Assert.Equal(arrivals.Order(), arrivals);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(100, 0)]
    public void A_ramp_may_begin_or_end_with_nothing(int from, int to)
    {
        var arrivals = Arrivals.Of(Simulation.RampingInject(to, Second, 10 * Second), from, new Random(1))!.ToArray();

        Assert.InRange(arrivals.Length, 499, 501);
        Assert.InRange(arrivals.Count(a => a < 5 * Second), from == 0 ? 124 : 374, from == 0 ? 126 : 376);
    }

    [Fact]
    public void A_random_rate_is_drawn_anew_for_each_interval_and_stays_within_its_bounds()
    {
        var arrivals = Arrivals.Of(Simulation.InjectRandom(minRate: 10, maxRate: 90, interval: Second, during: 30 * Second), 0, new Random(3))!.ToArray();

        var counts = arrivals.GroupBy(a => (int)a.TotalSeconds).Select(g => g.Count()).ToArray();
        Assert.Equal(30, counts.Length);
        Assert.All(counts, count => Assert.InRange(count, 10, 90));
        Assert.True(counts.Distinct().Count() > 10);
    }

    [Fact]
    public void Nothing_arrives_at_a_rate_of_nothing()
    {
        Assert.Empty(Arrivals.Of(Simulation.Inject(0, Second, Second), 0, new Random(1))!);
        Assert.Empty(Arrivals.Of(Simulation.RampingInject(0, Second, Second), 0, new Random(1))!);
    }
}

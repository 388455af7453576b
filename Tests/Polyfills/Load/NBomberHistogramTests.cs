using NBomber.Engine;

namespace Platform.Tests.Polyfills.Load;

public sealed class NBomberHistogramTests
{
    [Theory]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    [InlineData(10_000_000_000)]
    public void Three_digits_of_every_percentile_are_right(long highest)
    {
        var chance = new Random(7);
        var values = Enumerable.Range(0, 20_000).Select(_ => (long)(highest * Math.Pow(chance.NextDouble(), 4))).Order().ToArray();
        var histogram = new Histogram();
        foreach (var value in values)
            histogram.Record(value);

        foreach (var percentile in new[] { 1, 10, 50, 75, 95, 99, 99.9, 100 })
        {
            var exact = values[(int)Math.Ceiling(values.Length * percentile / 100) - 1];
            Assert.InRange(histogram.ValueAt(percentile), exact, exact + Math.Max(1, exact / 1_000.0));
        }
    }

    [Fact]
    public void The_least_the_greatest_and_the_mean_are_exact()
    {
        var histogram = new Histogram();
        foreach (var value in new long[] { 123_456_789, 3, 50_000_000_000 })
            histogram.Record(value);

        Assert.Equal(3, histogram.Minimum);
        Assert.Equal(50_000_000_000, histogram.Maximum);
        Assert.Equal((123_456_789 + 3 + 50_000_000_000) / 3.0, histogram.Mean);
    }

    [Fact]
    public void Two_histograms_added_are_the_histogram_of_all_values()
    {
        var (one, other, both) = (new Histogram(), new Histogram(), new Histogram());
        foreach (var value in Enumerable.Range(1, 10_000).Select(n => (long)n * n))
        {
            (value % 3 == 0 ? one : other).Record(value);
            both.Record(value);
        }

        one.Add(other);

        Assert.Equal(both.Count, one.Count);
        Assert.Equal(both.Mean, one.Mean, 1e-9 * both.Mean);
        Assert.Equal(both.StandardDeviation, one.StandardDeviation, 1e-9 * both.StandardDeviation);
        Assert.All(new[] { 5, 50, 99 }, percentile => Assert.Equal(both.ValueAt(percentile), one.ValueAt(percentile)));
    }

    [Fact]
    public void What_came_since_an_earlier_state_is_only_what_was_recorded_after_it()
    {
        var (earlier, all) = (new Histogram(), new Histogram());
        foreach (var value in Enumerable.Repeat(5_000_000L, 100))
        {
            earlier.Record(value);
            all.Record(value);
        }

        foreach (var value in Enumerable.Repeat(1_000L, 10))
            all.Record(value);
        var since = all.Since(earlier);

        Assert.Equal(10, since.Count);
        Assert.Equal(1_000, since.ValueAt(99));
        Assert.Equal(1_000, since.Mean);
    }

    [Fact]
    public void A_histogram_of_nothing_says_nothing()
    {
        var histogram = new Histogram();

        Assert.Equal(0, histogram.ValueAt(99));
        Assert.Equal(0, histogram.Minimum);
        Assert.Equal(0, histogram.Mean);
        Assert.Equal(0, histogram.StandardDeviation);
    }
}

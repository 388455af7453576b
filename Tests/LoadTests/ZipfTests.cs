using Platform.LoadTests.Run;

namespace Platform.Tests.LoadTests;

/// <summary>Some things are asked for very often, most seldom.</summary>
public sealed class ZipfTests
{
    [Fact]
    public void The_first_is_asked_for_twice_as_often_as_the_second_and_ten_times_as_often_as_the_tenth()
    {
        var (zipf, random, counts) = (new Zipf(100), new Random(1), new int[100]);

        for (var n = 0; n < 500_000; n++)
            counts[zipf.Next(random)]++;

        Assert.InRange((double)counts[0] / counts[1], 1.9, 2.1);
        Assert.InRange((double)counts[0] / counts[9], 9, 11);
        Assert.True(counts[99] > 0);
    }

    [Fact]
    public void Of_one_thing_there_is_nothing_to_choose()
    {
        Assert.Equal(0, new Zipf(1).Next(new Random(1)));
    }
}

using System.Globalization;
using Platform.LoadTests.Run;
using Platform.LoadTests.Run.Comparing;

namespace Platform.Tests.LoadTests;

/// <summary>What <c>compare</c> says of runs whose difference is known, because it was planted.</summary>
public sealed class RunComparisonTests : IDisposable
{
    private const double Least = 0.05;

    private readonly string _folder = Directory.CreateTempSubdirectory("compare-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1.20, true, "Regression")]
    [InlineData(0.80, true, "Improvement")]
    [InlineData(0.80, false, "Regression")]
    [InlineData(1.20, false, "Improvement")]
    [InlineData(1.02, true, "Noise")]
    public void A_planted_difference_is_found_and_told_from_its_opposite(double factor, bool lessIsBetter, string finding)
    {
        var (before, after) = (Run(1, lessIsBetter: lessIsBetter), Run(2, factor, lessIsBetter: lessIsBetter));

        var row = Assert.Single(Comparison.Of([before], [after], Least).Rows);

        Assert.Equal(finding, row.Finding.ToString());
        Assert.InRange(row.Shift.Change, row.Shift.Low, row.Shift.High);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void Runs_that_differ_by_chance_alone_are_hardly_ever_called_a_regression(double likeTheSecondBefore)
    {
        // Seconds that resemble the ones before them wander: drawn one by one they would seem surer than they are.
        var called = Enumerable.Range(0, 30).Count(n => Comparison.Of(
            [Run(2 * n, likeTheSecondBefore: likeTheSecondBefore)], [Run((2 * n) + 1, likeTheSecondBefore: likeTheSecondBefore)], least: 0).HasRegression);

        Assert.True(called <= 4, $"{called} of 30");
    }

    [Fact]
    public void Many_figures_are_together_wrong_no_more_often_than_one()
    {
        var called = Enumerable.Range(0, 6).Count(n => Comparison.Of(
            [Run(2 * n, figures: 30)], [Run((2 * n) + 1, figures: 30)], least: 0).HasRegression);

        Assert.True(called <= 1, $"{called} of 6");
    }

    [Fact]
    public void A_run_that_was_slow_as_a_whole_is_noise_when_others_like_it_were_fast()
    {
        // Runs of either kind come by chance. From the seconds of these very runs alone the difference would seem sure.
        RunResult[] before = [Run(1), Run(2), Run(3, 1.3)];
        RunResult[] after = [Run(4, 1.3), Run(5, 1.3), Run(6)];

        Assert.Equal("Noise", Assert.Single(Comparison.Of(before, after, Least).Rows).Finding.ToString());
    }

    [Fact]
    public void A_stall_of_some_seconds_moves_no_median()
    {
        var calm = Run(1);
        var stalled = calm with { Figures = [calm.Figures[0] with { Samples = [.. calm.Figures[0].Samples.Select((sample, second) => second is >= 20 and < 25 ? sample * 100 : sample)] }] };

        Assert.False(Comparison.Of([calm], [stalled], Least).HasRegression);
    }

    [Fact]
    public void Few_samples_tell_nothing() =>
        Assert.Equal("Unknown", Assert.Single(Comparison.Of([Run(1, seconds: 9)], [Run(2, 3, seconds: 9)], Least).Rows).Finding.ToString());

    [Fact]
    public void The_command_prints_a_row_for_each_figure_and_its_exit_code_says_what_it_found()
    {
        var (before, same, worse) = (Write("before", Run(1)), Write("same", Run(2)), Write("worse", Run(3, 1.5)));
        var output = new StringWriter(CultureInfo.InvariantCulture);

        Assert.Equal(0, CompareCommand.Run(before, same, Least, TextWriter.Null, TextWriter.Null));
        Assert.Equal(1, CompareCommand.Run(before, worse, Least, output, TextWriter.Null));
        Assert.Equal(1, CompareCommand.Run(Path.GetDirectoryName(before)!, worse, Least, TextWriter.Null, TextWriter.Null));
        Assert.Contains("| figure 0 | ms |", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("REGRESSION", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("search", "a machine", "browse cannot be compared with search.")]
    [InlineData("browse", "another", "Figures of one machine (a machine) cannot be compared with those of another (another).")]
    public void What_is_not_alike_is_not_compared(string scenario, string machine, string says)
    {
        var error = new StringWriter(CultureInfo.InvariantCulture);

        var code = CompareCommand.Run(Write("before", Run(1)), Write("other", Run(1) with { Scenario = scenario, Machine = machine }), Least, TextWriter.Null, error);

        Assert.Equal(2, code);
        Assert.Equal(says, error.ToString().TrimEnd());
    }

    [Fact]
    public void A_file_that_is_no_result_is_named()
    {
        var path = Path.Combine(_folder, "wrong.json");
        File.WriteAllText(path, "{}");
        var error = new StringWriter(CultureInfo.InvariantCulture);

        Assert.Equal(2, CompareCommand.Run(path, path, Least, TextWriter.Null, error));
        Assert.StartsWith(path, error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Seconds of some 20 ms, more or less by chance.</summary>
    private static RunResult Run(int seed, double factor = 1, bool lessIsBetter = true, double likeTheSecondBefore = 0, int figures = 1, int seconds = 60)
    {
        var chance = new Random(seed);
        return new RunResult("browse", "a machine", [.. Enumerable.Range(0, figures).Select(n => new RunResult.Figure($"figure {n}", "ms", lessIsBetter, Seconds()))]);

        double[] Seconds()
        {
            var (samples, wander) = (new double[seconds], 0.0);
            for (var n = 0; n < seconds; n++)
            {
                wander = (likeTheSecondBefore * wander) + ((chance.NextDouble() + chance.NextDouble() + chance.NextDouble() - 1.5) * Math.Sqrt(1 - (likeTheSecondBefore * likeTheSecondBefore)));
                samples[n] = factor * (20 + (3 * wander));
            }

            return samples;
        }
    }

    private string Write(string name, RunResult result)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, name)).FullName, "result.json");
        File.WriteAllText(path, System.Text.Json.JsonSerializer.Serialize(result, System.Text.Json.JsonSerializerOptions.Web));
        return path;
    }
}

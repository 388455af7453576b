using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace Platform.Tests.Polyfills.Load;

public sealed class NBomberThresholdTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void A_threshold_holds_or_fails_by_the_figures_of_the_whole_test()
    {
        var results = RunFailingEveryFourth(
            TimeSpan.FromSeconds(1),
            Threshold.Create(scenario => scenario.Fail.Request.Percent < 30, startCheckAfter: TimeSpan.FromHours(1)),
            Threshold.Create(scenario => scenario.Fail.Request.Percent < 20, startCheckAfter: TimeSpan.FromHours(1)),
            Threshold.Create("step", step => step.Ok.StatusCodes.Exists("200"), startCheckAfter: TimeSpan.FromHours(1)),
            Threshold.Create("no such step", step => step.Ok.Request.Count >= 0, startCheckAfter: TimeSpan.FromHours(1)));

        Assert.Equal([false, true, false, true], results.Select(r => r.IsFailed));
        Assert.Equal([0, 1, 0, 1], results.Select(r => r.ErrorCount));
    }

    [Fact]
    public void An_interval_that_falls_short_does_not_fail_a_test_that_does_not()
    {
        var result = Assert.Single(RunFailingEveryFourth(TimeSpan.FromSeconds(1), Threshold.Create(scenario => scenario.Ok.Request.Count >= 75)));

        Assert.False(result.IsFailed);
    }

    [Fact]
    public void Every_interval_is_checked_and_so_many_failed_checks_end_the_test()
    {
        var result = Assert.Single(RunFailingEveryFourth(TimeSpan.FromMinutes(5), Threshold.Create(scenario => scenario.Ok.Request.Count == 0, abortWhenErrorCount: 2)));

        // Two intervals and, at the end, the whole.
        Assert.Equal(3, result.ErrorCount);
        Assert.True(result.IsFailed);
    }

    [Fact]
    public void A_check_that_throws_has_failed_and_says_why()
    {
        var result = Assert.Single(RunFailingEveryFourth(TimeSpan.FromMilliseconds(300), Threshold.Create(scenario => scenario.Ok.StatusCodes.Get("999").Count > 0)));

        Assert.True(result.IsFailed);
        Assert.Equal("Status code: '999' is not found.", result.ExceptionMsg);
    }

    [Fact]
    public void A_threshold_says_what_it_checks_with_the_values_of_its_variables()
    {
        var (limit, step) = (12.5, "step");
        var results = RunFailingEveryFourth(
            TimeSpan.FromMilliseconds(300),
            Threshold.Create(stats => stats.Ok.Latency.Percent99 < limit),
            Threshold.Create(step, stats => stats.Ok.StatusCodes.Exists("200") && stats.Fail.Request.Percent < limit));

        Assert.Equal("stats.Ok.Latency.Percent99 < 12.5", results[0].CheckExpression);
        Assert.Equal("stats.Ok.StatusCodes.Exists(\"200\") && stats.Fail.Request.Percent < 12.5", results[1].CheckExpression);
        Assert.Equal(["", "step"], results.Select(r => r.StepName));
    }

    private static ThresholdResult[] RunFailingEveryFourth(TimeSpan during, params Threshold[] thresholds)
    {
        var iterations = 0;
        var scenario = Scenario.Create("checked", async context =>
            {
                await Step.Run("step", context, () => Task.FromResult(Response.Ok(statusCode: "200")));
                return Interlocked.Increment(ref iterations) % 4 == 0 ? Response.Fail() : Response.Ok();
            })
            .WithLoadSimulations(Simulation.Inject(100, TimeSpan.FromSeconds(1), during))
            .WithThresholds(thresholds);

        return Quiet.Run(scenario, context => context.With(reportingInterval: Interval)).Thresholds;
    }
}

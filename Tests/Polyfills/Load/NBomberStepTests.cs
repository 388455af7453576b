using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace Platform.Tests.Polyfills.Load;

/// <summary>What becomes of steps, and of iterations whose steps fail.</summary>
public sealed class NBomberStepTests
{
    [Fact]
    public void Steps_are_measured_by_themselves_in_the_order_they_first_ran()
    {
        var stats = RunTwice(async context =>
        {
            var first = await Step.Run("login", context, () => Task.FromResult(Response.Ok(payload: "token", statusCode: "200", sizeBytes: 10)));
            await Step.Run("browse", context, () => Task.FromResult(Response.Ok(statusCode: first.Payload!.Value)));
            return Response.Ok(sizeBytes: 1);
        });

        Assert.Equal(["login", "browse"], stats.StepStats.Select(s => s.StepName));
        Assert.Equal(2, stats.StepStats.Get("login").Ok.Request.Count);
        Assert.Equal(20, stats.StepStats.Get("login").Ok.DataTransfer.AllBytes);
        Assert.Equal(2, stats.StepStats.Get("browse").Ok.StatusCodes.Get("token").Count);
        Assert.Equal(6, stats.AllOkCount);
        Assert.Equal(22, stats.AllBytes);
    }

    [Fact]
    public void A_failed_step_ends_its_iteration_which_has_failed_with_it()
    {
        var stats = RunTwice(async context =>
        {
            await Step.Run("pay", context, () => Task.FromResult(Response.Fail(statusCode: "402", message: "no money")));
            await Step.Run("ship", context, () => Task.FromResult(Response.Ok()));
            return Response.Ok();
        });

        Assert.Equal("no money", stats.Fail.StatusCodes.Get("402").Message);
        Assert.Equal(2, stats.Fail.Request.Count);
        Assert.False(stats.StepStats.Exists("ship"));
    }

    [Fact]
    public void An_iteration_goes_on_after_a_failed_step_where_that_is_wanted()
    {
        var stats = RunTwice(async context =>
        {
            var tries = 0;
            while ((await Step.Run("try", context, () => Task.FromResult(++tries == 3 ? Response.Ok() : Response.Fail()))).IsError)
            {
            }

            return Response.Ok();
        }, scenario => scenario.WithRestartIterationOnFail(false));

        Assert.Equal(2, stats.Ok.Request.Count);
        Assert.Equal(4, stats.StepStats.Get("try").Fail.Request.Count);
        Assert.Equal(67, stats.StepStats.Get("try").Fail.Request.Percent);
    }

    [Fact]
    public void What_throws_has_failed_and_says_why()
    {
        var stats = RunTwice(async context =>
        {
            if (context.InvocationNumber == 1)
                await Step.Run<object>("slow", context, () => throw new OperationCanceledException());
            throw new InvalidOperationException("broken");
        });

        Assert.Equal("broken", stats.Fail.StatusCodes.Get("-101").Message);
        Assert.Equal("operation timeout", stats.StepStats.Get("slow").Fail.StatusCodes.Get("-100").Message);
        Assert.Equal(50, stats.Fail.StatusCodes.Get("-101").Percent);
    }

    [Fact]
    public void What_returns_nothing_has_failed()
    {
        var stats = RunTwice(async context =>
        {
            if (context.InvocationNumber == 1)
                await Step.Run("empty", context, () => Task.FromResult<Response<object>>(null!));
            return null!;
        });

        Assert.Equal(1, stats.StepStats.Get("empty").Fail.Request.Count);
        Assert.Equal(2, stats.Fail.Request.Count);
    }

    [Fact]
    public void A_latency_of_ones_own_takes_the_place_of_the_measured_one()
    {
        var stats = RunTwice(_ => Task.FromResult<IResponse>(Response.Ok(customLatencyMs: 1_234)));

        Assert.Equal(1_234, stats.Ok.Latency.MinMs);
        Assert.Equal(2, stats.Ok.Latency.LatencyCount.MoreOrEq1200);
    }

    [Fact]
    public void Values_of_an_iteration_are_gone_with_it_and_values_of_a_copy_stay()
    {
        var seen = new List<(int OfIteration, int OfCopy)>();
        RunTwice(context =>
        {
            context.Data[$"{context.InvocationNumber}"] = true;
            context.ScenarioInstanceData[$"{context.InvocationNumber}"] = true;
            seen.Add((context.Data.Count, context.ScenarioInstanceData.Count));
            return Task.FromResult<IResponse>(Response.Ok());
        });

        Assert.Equal([(1, 1), (1, 2)], seen);
    }

    /// <summary>One copy that stops its scenario when it has run twice.</summary>
    private static ScenarioStats RunTwice(Func<IScenarioContext, Task<IResponse>> iteration, Func<ScenarioProps, ScenarioProps>? configure = null)
    {
        var scenario = Scenario.Create("twice", async context =>
        {
            if (context.InvocationNumber == 2)
                context.StopScenario("twice", "It ran twice.");
            return await iteration(context);
        }).WithLoadSimulations(Simulation.KeepConstant(1, TimeSpan.FromMinutes(5)));

        return Quiet.Run(configure?.Invoke(scenario) ?? scenario).ScenarioStats.Get("twice");
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using NBomber.Contracts;
using NBomber.Contracts.Metrics;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace Platform.Tests.Polyfills.Load;

/// <summary>A test from its first preparation to its last figure.</summary>
public sealed class NBomberSessionTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(200);

    [Fact]
    public void A_scenario_prepares_warms_up_is_measured_and_tidies_up()
    {
        var order = new List<string>();
        var scenario = Scenario.Create("ordered", context =>
            {
                Note(context.ScenarioInfo.ScenarioOperation.ToString());
                return Task.FromResult<IResponse>(Response.Ok());
            })
            .WithInit(_ => Task.FromResult(Note("init")))
            .WithClean(_ => Task.FromResult(Note("clean")))
            .WithWarmUpDuration(Brief)
            .WithLoadSimulations(Simulation.Inject(20, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(500)));

        var stats = NBomberRunner.RegisterScenarios(scenario).WithoutReports().DisplayConsoleMetrics(false).Run();

        Assert.Equal(["init", "WarmUp", "Bombing", "clean"], order.Distinct());
        Assert.Equal(10, stats.ScenarioStats.Get("ordered").Ok.Request.Count);

        string Note(string what)
        {
            lock (order)
                order.Add(what);
            return what;
        }
    }

    [Fact]
    public void A_scenario_that_cannot_prepare_keeps_the_test_from_beginning()
    {
        var ran = false;
        var scenario = Scenario.Create("broken", _ =>
        {
            ran = true;
            return Task.FromResult<IResponse>(Response.Ok());
        }).WithInit(_ => throw new InvalidOperationException("no database"));

        Assert.Equal("no database", Assert.Throws<InvalidOperationException>(() => Quiet.Run(scenario)).Message);
        Assert.False(ran);
    }

    [Fact]
    public void A_scenario_that_cannot_tidy_up_has_its_figures_all_the_same()
    {
        var scenario = Steady("untidy").WithClean(_ => throw new InvalidOperationException("locked")).WithLoadSimulations(Simulation.KeepConstant(1, Brief));

        Assert.True(Quiet.Run(scenario).ScenarioStats.Get("untidy").Ok.Request.Count > 0);
    }

    [Fact]
    public void An_empty_scenario_prepares_and_tidies_up_and_has_no_figures()
    {
        var done = new List<string>();
        var empty = Scenario.Empty("fill").WithInit(_ => Add("init")).WithClean(_ => Add("clean"));

        var stats = Quiet.Run(empty);

        Assert.Equal(["init", "clean"], done);
        Assert.Empty(stats.ScenarioStats);

        Task Add(string what)
        {
            done.Add(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void Too_many_failures_stop_the_test()
    {
        var scenario = Scenario.Create("failing", async _ =>
        {
            await Task.Yield();
            return Response.Fail();
        }).WithMaxFailCount(10).WithLoadSimulations(Simulation.KeepConstant(1, Long));

        var stats = Quiet.Run(scenario);

        Assert.Equal(10, stats.ScenarioStats.Get("failing").Fail.Request.Count);
    }

    [Fact]
    public void One_scenario_may_stop_all()
    {
        var stopper = Scenario.Create("stopper", context =>
        {
            context.StopCurrentTest("enough");
            return Task.FromResult<IResponse>(Response.Ok());
        }).WithoutWarmUp().WithLoadSimulations(Simulation.Inject(1, TimeSpan.FromSeconds(1), Long));
        var other = Steady("other").WithoutWarmUp().WithLoadSimulations(Simulation.KeepConstant(1, Long));

        var stats = NBomberRunner.RegisterScenarios(stopper, other).WithoutReports().DisplayConsoleMetrics(false).Run();

        Assert.True(stats.Duration < Long);
    }

    [Fact]
    public void Sinks_get_each_interval_by_itself_and_the_whole_at_the_end()
    {
        var sink = new KeepingSink();
        var scenario = Scenario.Create("watched", context =>
        {
            if (sink.Intervals.Count == 3)
                context.StopScenario("watched", "It was looked at three times.");
            return Task.FromResult<IResponse>(Response.Ok());
        }).WithLoadSimulations(Simulation.Inject(100, TimeSpan.FromSeconds(1), Long));

        var stats = Quiet.Run(scenario, context => context.WithReportingSinks(sink).With(reportingInterval: Brief));

        Assert.True(sink.Intervals.Count >= 3);
        Assert.Equal(stats.ScenarioStats.Get("watched").Ok.Request.Count, sink.Intervals.Sum(i => i.Single().Ok.Request.Count));
        Assert.Same(stats, sink.Final);
        Assert.Equal(["watched"], sink.Started!.Scenarios.Select(s => s.ScenarioName));
        Assert.True(sink.IsDisposed);
    }

    [Fact]
    public void A_test_that_is_stopped_while_it_prepares_runs_nothing()
    {
        var scenario = Steady("stopped").WithLoadSimulations(Simulation.KeepConstant(1, Long), Simulation.Inject(10, Brief, Long));

        var stats = Quiet.Run(scenario, context => context.WithReportingSinks(new KeepingSink { Prepare = test => test.StopCurrentTest("wrong database") }));

        Assert.Equal(0, stats.ScenarioStats.Get("stopped").Ok.Request.Count);
    }

    [Fact]
    public void A_reporting_interval_is_five_seconds_at_least() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NBomberRunner.RegisterScenarios(Steady("any")).WithReportingInterval(TimeSpan.FromSeconds(4)));

    public static TheoryData<string, ScenarioProps[]> Mistakes => new()
    {
        { "A test needs a scenario.", [] },
        { "Scenarios must differ in their names.", [Steady("same"), Steady("same")] },
        { "A scenario needs a name.", [Steady(" ")] },
        { "a needs a load simulation.", [Steady("a").WithLoadSimulations()] },
        { "a: a load simulation must last longer than nothing.", [Steady("a").WithLoadSimulations(Simulation.Pause(TimeSpan.Zero))] },
        { "a: copies and rates must not be below 0.", [Steady("a").WithLoadSimulations(Simulation.KeepConstant(-1, Brief))] },
        { "a: an interval must last longer than nothing.", [Steady("a").WithLoadSimulations(Simulation.Inject(1, TimeSpan.Zero, Brief))] },
        { "a: the lowest rate must not be above the highest.", [Steady("a").WithLoadSimulations(Simulation.InjectRandom(2, 1, Brief, Brief))] },
        { "a: MaxFailCount must be above 0.", [Steady("a").WithMaxFailCount(0)] },
    };

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public void A_test_that_is_set_up_wrongly_says_how(string says, ScenarioProps[] scenarios) =>
        Assert.Equal(says, Assert.Throws<InvalidOperationException>(() => NBomberRunner.RegisterScenarios(scenarios).Run()).Message);

    private static ScenarioProps Steady(string name) => Scenario.Create(name, async _ =>
    {
        await Task.Yield();
        return Response.Ok();
    });

    private sealed class KeepingSink : IReportingSink
    {
        public ConcurrentQueue<ScenarioStats[]> Intervals { get; } = [];

        public NodeStats? Final { get; private set; }

        public SessionStartInfo? Started { get; private set; }

        public bool IsDisposed { get; private set; }

        public Action<IBaseContext>? Prepare { get; init; }

        public string SinkName => "kept";

        public Task Init(IBaseContext context, IConfiguration infraConfig)
        {
            Prepare?.Invoke(context);
            return Task.CompletedTask;
        }

        public Task Start(SessionStartInfo sessionInfo)
        {
            Started = sessionInfo;
            return Task.CompletedTask;
        }

        public Task SaveRealtimeStats(ScenarioStats[] stats)
        {
            Intervals.Enqueue(stats);
            return Task.CompletedTask;
        }

        public Task SaveRealtimeMetrics(MetricStats metrics) => Task.CompletedTask;

        public Task SaveFinalStats(NodeStats stats)
        {
            Final = stats;
            return Task.CompletedTask;
        }

        public Task Stop() => Task.CompletedTask;

        public void Dispose() => IsDisposed = true;
    }
}

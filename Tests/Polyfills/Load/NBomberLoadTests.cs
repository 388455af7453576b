using NBomber.Contracts;
using NBomber.CSharp;
using NBomber.Engine;

namespace Platform.Tests.Polyfills.Load;

/// <summary>The load that is made and what is measured of it.</summary>
public sealed class NBomberLoadTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Every_iteration_that_was_due_is_measured()
    {
        var stats = Quiet.Run(Ok("open").WithLoadSimulations(Simulation.Inject(rate: 200, interval: Second, during: Second))).ScenarioStats.Get("open");

        Assert.Equal(200, stats.Ok.Request.Count);
        Assert.Equal(100, stats.Ok.Request.Percent);
        Assert.Equal(0, stats.Fail.Request.Count);
    }

    [Fact]
    public void A_stall_shows_in_the_latencies_of_all_that_had_to_wait_for_its_end()
    {
        // Whatever begins iterations hangs for 600 ms, at 100 a second: the second is then 590 ms late, the 30th 310.
        // Taken from when they really began, all would have been served at once.
        var hung = false;
        var stats = Quiet.Run(
            Ok("stalled").WithLoadSimulations(Simulation.Inject(rate: 100, interval: Second, during: Second)),
            context => context.With(begin: Hang)).ScenarioStats.Get("stalled");

        Assert.Equal(100, stats.Ok.Request.Count);
        Assert.True(stats.Ok.Latency.MaxMs >= 590, $"slowest {stats.Ok.Latency.MaxMs} ms");
        Assert.True(stats.Ok.Latency.Percent75 >= 300, $"p75 {stats.Ok.Latency.Percent75} ms");

        void Hang(IThreadPoolWorkItem iteration)
        {
            if (!hung)
            {
                using var stall = new CancellationTokenSource(TimeSpan.FromMilliseconds(600));
                stall.Token.WaitHandle.WaitOne();
                hung = true;
            }

            ThreadPool.UnsafeQueueUserWorkItem(iteration, preferLocal: false);
        }
    }

    [Fact]
    public void Open_load_does_not_wait_for_answers()
    {
        var (underWay, all) = (0, new TaskCompletionSource());
        var scenario = Scenario.Create("open", async _ =>
        {
            if (Interlocked.Increment(ref underWay) == 50)
                all.SetResult();
            await all.Task;
            return Response.Ok();
        });

        var stats = Quiet.Run(scenario.WithLoadSimulations(Simulation.Inject(rate: 50, interval: Second, during: Second))).ScenarioStats.Get("open");

        Assert.Equal(50, stats.Ok.Request.Count);
        Assert.True(stats.Ok.Latency.MaxMs >= 980, $"slowest {stats.Ok.Latency.MaxMs} ms");
    }

    [Fact]
    public void Closed_load_has_never_more_under_way_than_copies()
    {
        var (underWay, most) = (0, 0);
        var scenario = Scenario.Create("closed", async _ =>
        {
            var now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref underWay);
            return Response.Ok();
        });

        var stats = Quiet.Run(scenario.WithLoadSimulations(
            Simulation.RampingConstant(copies: 3, during: TimeSpan.FromMilliseconds(200)),
            Simulation.KeepConstant(copies: 3, during: TimeSpan.FromMilliseconds(300)))).ScenarioStats.Get("closed");

        Assert.InRange(most, 1, 3);
        Assert.True(stats.Ok.Request.Count > 3);
    }

    [Fact]
    public void A_pause_begins_nothing()
    {
        var begun = new List<TimeSpan>();
        var scenario = Scenario.Create("late", context =>
        {
            lock (begun)
                begun.Add(context.GetScenarioTimerTime());
            return Task.FromResult<IResponse>(Response.Ok());
        });

        Quiet.Run(scenario.WithLoadSimulations(Simulation.Pause(TimeSpan.FromMilliseconds(400)), Simulation.Inject(10, Second, TimeSpan.FromMilliseconds(300))));

        Assert.Equal(3, begun.Count);
        Assert.All(begun, at => Assert.True(at >= TimeSpan.FromMilliseconds(400), $"begun at {at}"));
    }

    [Fact]
    public void What_does_not_end_counts_once_as_failed_for_as_long_as_it_was_waited_for()
    {
        var never = new TaskCompletionSource();
        var scenario = Scenario.Create("hangs", async context =>
        {
            if (context.InvocationNumber == 1 && context.ScenarioInfo.InstanceNumber == 0)
                await never.Task;
            return Response.Ok();
        });

        var stats = Quiet.Run(
            scenario.WithClean(_ =>
            {
                // Too late, on this very thread: it must not count a second time.
                never.SetResult();
                return Task.CompletedTask;
            }).WithLoadSimulations(Simulation.Inject(20, Second, TimeSpan.FromMilliseconds(500))),
            context => context.WithScenarioCompletionTimeout(TimeSpan.FromMilliseconds(200))).ScenarioStats.Get("hangs");

        Assert.Equal(10, stats.Ok.Request.Count + stats.Fail.Request.Count);
        Assert.Equal("operation timeout", stats.Fail.StatusCodes.Get("-100").Message);
        Assert.True(stats.Fail.Latency.MaxMs >= 600, $"{stats.Fail.Latency.MaxMs} ms");
    }

    [Fact]
    public void Whoever_waits_for_what_never_comes_ends_with_its_scenario_and_is_not_measured()
    {
        var scenario = Scenario.Create("subscriber", async context =>
        {
            var over = new TaskCompletionSource();
            await using var registration = context.ScenarioCancellationToken.Register(over.SetCanceled);
            await over.Task;
            return Response.Ok();
        });

        var stats = Quiet.Run(scenario.WithLoadSimulations(Simulation.KeepConstant(5, TimeSpan.FromMilliseconds(300)))).ScenarioStats.Get("subscriber");

        Assert.Equal(0, stats.Ok.Request.Count + stats.Fail.Request.Count);
    }

    [Fact]
    public async Task Two_threads_never_record_into_the_same_totals_at_once()
    {
        // One set of totals for both, as when the system moves a thread to another processor while it records.
        var recorder = new MeasurementRecorder(processors: 1);
        using var meeting = new Barrier(2);
        var met = 0;
        var response = new Meeting(() => Interlocked.Add(ref met, meeting.SignalAndWait(TimeSpan.FromMilliseconds(300), CancellationToken.None) ? 1 : 0));

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () => recorder.Record(Second, response), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(0, met);
        Assert.Equal(2, recorder.Snapshot().Count);
    }

    /// <summary>Does something while it is recorded.</summary>
    private sealed class Meeting(Action recorded) : IResponse
    {
        public string StatusCode => "";

        public bool IsError => false;

        public long SizeBytes
        {
            get
            {
                recorded();
                return 0;
            }
        }

        public double CustomLatencyMs => 0;

        public string Message => "";
    }

    private static ScenarioProps Ok(string name) => Scenario.Create(name, _ => Task.FromResult<IResponse>(Response.Ok()));

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }
}

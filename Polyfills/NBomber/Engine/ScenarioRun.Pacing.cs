using System.Diagnostics;
using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <content>When iterations begin. One thread of its own goes through the simulations; nothing else begins iterations.</content>
internal sealed partial class ScenarioRun
{
    // How often the number of copies follows a ramp, and a copy that had just ended when more were wanted is begun again.
    private static readonly TimeSpan CopyStep = TimeSpan.FromMilliseconds(50);

    // What is further away is waited for in a way that a stop ends at once; the rest is slept precisely.
    private static readonly TimeSpan Near = TimeSpan.FromMilliseconds(5);

    private readonly Random _arrivalChance = new();
    private readonly List<Task> _copyTasks = [];
    private int _copies;
    private bool _paced;
    private TimeSpan _pacedFor;
    private LoadSimulationStats _load = new();

    /// <summary>The load as it is just now.</summary>
    internal LoadSimulationStats Load => Volatile.Read(ref _load);

    private void Pace()
    {
        var (offset, perSecond) = (TimeSpan.Zero, 0.0);
        foreach (var simulation in Scenario.Simulations)
        {
            var end = offset + simulation.During < _limit ? offset + simulation.During : _limit;
            if (Arrivals.Of(simulation, perSecond, _arrivalChance) is { } arrivals)
                Inject(arrivals, simulation, offset, end);
            else
                Hold(simulation, offset, end);
            if (_stopping.IsCancellationRequested)
                break;
            (offset, perSecond) = (end, Arrivals.EndsWith(simulation));
        }

        Volatile.Write(ref _copies, 0);
        _pacedFor = Elapsed;
        Volatile.Write(ref _paced, true);
    }

    private void Inject(IEnumerable<TimeSpan> arrivals, LoadSimulation simulation, TimeSpan offset, TimeSpan end)
    {
        Volatile.Write(ref _copies, 0);
        Volatile.Write(ref _load, Describe(simulation));
        foreach (var arrival in arrivals)
        {
            var due = offset + arrival;
            if (due >= end || !WaitUntil(due))
                break;
            // The time it should have begun, not the time it does: if this thread, the pool or the system under test
            // hangs, the iterations that had to wait say so.
            if (!_free.TryDequeue(out var context))
                context = NewContext();
            context.Begin(_started + (long)(due.TotalSeconds * Stopwatch.Frequency));
            Interlocked.Increment(ref _underWay);
            Session.Context.Begin(context);
        }

        WaitUntil(end);
    }

    private void Hold(LoadSimulation simulation, TimeSpan offset, TimeSpan end)
    {
        var from = _copies;
        do
        {
            var (copies, name) = simulation switch
            {
                LoadSimulation.KeepConstant keep => (keep.Copies, "keep_constant"),
                LoadSimulation.RampingConstant ramp => (from + (int)Math.Round((ramp.Copies - from) * Math.Clamp((Elapsed - offset) / ramp.During, 0, 1)), "ramping_constant"),
                _ => (0, "pause"),
            };
            Volatile.Write(ref _copies, copies);
            Volatile.Write(ref _load, new() { SimulationName = name, Value = copies });
            StartMissingCopies();
        }
        while (WaitUntil(Elapsed + CopyStep < end ? Elapsed + CopyStep : end) && Elapsed < end);
    }

    private void StartMissingCopies()
    {
        for (var number = 0; number < _copies; number++)
        {
            if (number < _copyTasks.Count && !_copyTasks[number].IsCompleted)
                continue;
            Interlocked.Increment(ref _underWay);
            var copy = number;
            var task = Task.Run(() => RunCopyAsync(copy));
            if (number == _copyTasks.Count)
                _copyTasks.Add(task);
            else
                _copyTasks[number] = task;
        }
    }

    /// <returns>False when it was stopped meanwhile.</returns>
    private bool WaitUntil(TimeSpan due)
    {
        for (var left = due - Elapsed; left > TimeSpan.Zero; left = due - Elapsed)
        {
            if (left <= Near && OperatingSystem.IsLinux())
                PreciseSleep.For(left);
            else if (_stopping.Token.WaitHandle.WaitOne(left > Near ? left - (Near / 2) : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds))))
                return false;
        }

        return !_stopping.IsCancellationRequested;
    }

    private static LoadSimulationStats Describe(LoadSimulation simulation) => simulation switch
    {
        LoadSimulation.Inject inject => new() { SimulationName = "inject", Value = inject.Rate },
        LoadSimulation.InjectRandom drawn => new() { SimulationName = "inject_random", Value = drawn.MaxRate },
        LoadSimulation.RampingInject ramp => new() { SimulationName = "ramping_inject", Value = ramp.Rate },
        _ => new(),
    };
}

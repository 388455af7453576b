using System.Diagnostics;
using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <summary>One copy of a scenario. A copy runs one iteration at a time; an open simulation's go from hand to hand.</summary>
internal sealed class ScenarioContext(ScenarioRun run, ScenarioInfo info) : IScenarioContext, IThreadPoolWorkItem
{
    private Dictionary<string, object>? _data;
    private Dictionary<string, object>? _instanceData;
    private Random? _random;
    private long _intended;

    internal ScenarioRun ScenarioRun => run;

    public TestInfo TestInfo => run.Session.TestInfo;

    public ScenarioInfo ScenarioInfo => info;

    public NodeInfo NodeInfo => run.Session.NodeInfo;

    public long InvocationNumber { get; private set; }

    public Dictionary<string, object> Data => _data ??= [];

    public Dictionary<string, object> ScenarioInstanceData => _instanceData ??= [];

    public CancellationToken ScenarioCancellationToken => run.Stopping;

    public Random Random => _random ??= new Random();

    public void StopScenario(string scenarioName, string reason) => run.Session.StopScenario(scenarioName, reason);

    public void StopCurrentTest(string reason) => run.Session.StopCurrentTest(reason);

    public TimeSpan GetScenarioTimerTime() => run.Elapsed;

    /// <summary>Makes ready for an iteration that should begin, or should have begun, at a time.</summary>
    internal void Begin(long intended)
    {
        _data?.Clear();
        InvocationNumber++;
        Volatile.Write(ref _intended, intended);
    }

    /// <summary>Ends the iteration under way, if there is one.</summary>
    /// <param name="latency">How long after its intended start that is.</param>
    /// <returns>False when there is none.</returns>
    internal bool TryEnd(out TimeSpan latency)
    {
        // An iteration may end just as it is given up: whoever takes its start away has it, so it counts once.
        var intended = Interlocked.Exchange(ref _intended, 0);
        latency = intended == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(intended);
        return intended != 0;
    }

    void IThreadPoolWorkItem.Execute() => _ = run.RunInjectedAsync(this);
}

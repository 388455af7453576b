using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <summary>Looks at a scenario that runs, again and again, and keeps what it did in between.</summary>
internal sealed class Timeline(ScenarioRun run)
{
    private readonly List<Sample> _samples = [];
    private ScenarioTotals _atSample = ScenarioTotals.None;
    private ScenarioTotals _atReport = ScenarioTotals.None;
    private TimeSpan _reported;

    internal ScenarioRun Run => run;

    internal IReadOnlyList<Sample> Samples => _samples;

    /// <summary>All that was measured up to the last look.</summary>
    internal ScenarioTotals Totals => _atSample;

    internal void Look()
    {
        var (now, elapsed) = (run.Recorder.Snapshot(), run.Measured);
        var since = elapsed - (_samples.Count == 0 ? TimeSpan.Zero : _samples[^1].At);
        if (since <= TimeSpan.Zero)
            return;
        var (ok, fail) = (now.Ok.Since(_atSample.Ok), now.Fail.Since(_atSample.Fail));
        _samples.Add(new(elapsed, since, ok.Count, fail.Count, At(50), At(95), At(99), run.UnderWay, run.Load));
        _atSample = now;

        TimeSpan At(double percentile) => TimeSpan.FromTicks(ok.Latency.ValueAt(percentile));
    }

    /// <summary>The figures since the last report; null when the scenario was over before that.</summary>
    internal ScenarioStats? Report()
    {
        var (now, elapsed) = (run.Recorder.Snapshot(), run.Measured);
        if (elapsed <= _reported)
            return null;
        var stats = now.Since(_atReport).ToStats(run.Scenario.ScenarioName, run.Index, elapsed - _reported, OperationType.Bombing, run.Load);
        (_atReport, _reported) = (now, elapsed);
        return stats;
    }

    /// <summary>The figures of the whole measurement.</summary>
    internal ScenarioStats Final() => run.Recorder.Snapshot().ToStats(run.Scenario.ScenarioName, run.Index, run.Measured, OperationType.Complete, run.Load);
}

using System.Collections.Concurrent;
using NBomber.Contracts;

namespace NBomber.Engine;

/// <summary>Takes the measurements of a scenario and of its steps.</summary>
internal sealed class ScenarioRecorder
{
    private readonly ConcurrentDictionary<string, StepRecorder> _steps = [];
    private readonly MeasurementRecorder _ok = new();
    private readonly MeasurementRecorder _fail = new();
    private int _stepsSeen;

    internal void Record(TimeSpan latency, IResponse response) => (response.IsError ? _fail : _ok).Record(Measured(latency, response), response);

    internal void RecordStep(string name, TimeSpan latency, IResponse response)
    {
        var step = _steps.GetOrAdd(name, static (_, me) => new StepRecorder(Interlocked.Increment(ref me._stepsSeen), new(), new()), this);
        (response.IsError ? step.Fail : step.Ok).Record(Measured(latency, response), response);
    }

    internal ScenarioTotals Snapshot() => new(
        _ok.Snapshot(),
        _fail.Snapshot(),
        [.. _steps.OrderBy(s => s.Value.Index).Select(s => new StepTotals(s.Key, s.Value.Ok.Snapshot(), s.Value.Fail.Snapshot()))]);

    private static TimeSpan Measured(TimeSpan latency, IResponse response) =>
        response.CustomLatencyMs > 0 ? TimeSpan.FromMilliseconds(response.CustomLatencyMs) : latency;

    private sealed record StepRecorder(int Index, MeasurementRecorder Ok, MeasurementRecorder Fail);
}

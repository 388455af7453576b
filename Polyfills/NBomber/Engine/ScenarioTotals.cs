using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <summary>What was measured of a step up to a moment.</summary>
internal sealed record StepTotals(string Name, MeasurementTotals Ok, MeasurementTotals Fail)
{
    internal StepStats ToStats(int index, TimeSpan duration)
    {
        var all = Ok.Count + Fail.Count;
        return new() { StepName = Name, SortIndex = index, Ok = Ok.ToStats(isError: false, all, duration), Fail = Fail.ToStats(isError: true, all, duration) };
    }
}

/// <summary>What was measured of a scenario and its steps up to a moment.</summary>
internal sealed record ScenarioTotals(MeasurementTotals Ok, MeasurementTotals Fail, IReadOnlyList<StepTotals> Steps)
{
    internal static readonly ScenarioTotals None = new(new(), new(), []);

    internal long Count => Ok.Count + Fail.Count;

    /// <summary>What was measured after an earlier state of the same totals.</summary>
    internal ScenarioTotals Since(ScenarioTotals earlier) => new(Ok.Since(earlier.Ok), Fail.Since(earlier.Fail), [.. Steps.Select(step =>
        earlier.Steps.FirstOrDefault(s => s.Name == step.Name) is { } known ? new StepTotals(step.Name, step.Ok.Since(known.Ok), step.Fail.Since(known.Fail)) : step)]);

    /// <summary>The figures as the package says them.</summary>
    internal ScenarioStats ToStats(string name, int index, TimeSpan duration, OperationType operation, LoadSimulationStats simulation) => new()
    {
        ScenarioName = name,
        SortIndex = index,
        Ok = Ok.ToStats(isError: false, Count, duration),
        Fail = Fail.ToStats(isError: true, Count, duration),
        StepStats = [.. Steps.Select((step, place) => step.ToStats(place, duration))],
        LoadSimulationStats = simulation,
        CurrentOperation = operation,
        Duration = duration,
        AllOkCount = (int)(Ok.Count + Steps.Sum(s => s.Ok.Count)),
        AllFailCount = (int)(Fail.Count + Steps.Sum(s => s.Fail.Count)),
        AllRequestCount = (int)(Count + Steps.Sum(s => s.Ok.Count + s.Fail.Count)),
        AllBytes = (long)(Ok.Bytes.Sum + Fail.Bytes.Sum + Steps.Sum(s => s.Ok.Bytes.Sum + s.Fail.Bytes.Sum)),
    };
}

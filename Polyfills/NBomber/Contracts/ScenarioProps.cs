namespace NBomber.Contracts;

/// <summary>A scenario as it is set up; the extensions of <see cref="NBomber.CSharp.Scenario"/> return changed copies of it.</summary>
public sealed class ScenarioProps
{
    internal static readonly TimeSpan DefaultWarmUp = TimeSpan.FromSeconds(30);
    internal const int DefaultMaxFailCount = 5_000;

    internal ScenarioProps(string scenarioName, Func<IScenarioContext, Task<IResponse>>? run)
    {
        ScenarioName = scenarioName;
        Run = run;
    }

    /// <summary>The scenario's name.</summary>
    public string ScenarioName { get; }

    /// <summary>True unless a failed step no longer ends its iteration.</summary>
    public bool RestartIterationOnFail { get; private init; } = true;

    /// <summary>How many failures stop the whole test.</summary>
    public int MaxFailCount { get; private init; } = DefaultMaxFailCount;

    internal Func<IScenarioContext, Task<IResponse>>? Run { get; }

    internal Func<IScenarioInitContext, Task>? Init { get; private init; }

    internal Func<IScenarioInitContext, Task>? Clean { get; private init; }

    internal TimeSpan WarmUp { get; private init; } = DefaultWarmUp;

    internal IReadOnlyList<LoadSimulation> Simulations { get; private init; } = [new LoadSimulation.KeepConstant(1, TimeSpan.FromMinutes(1))];

    internal IReadOnlyList<Threshold> Thresholds { get; private init; } = [];

    internal TimeSpan Duration => Simulations.Aggregate(TimeSpan.Zero, (sum, simulation) => sum + simulation.During);

    internal ScenarioProps With(
        Func<IScenarioInitContext, Task>? init = null,
        Func<IScenarioInitContext, Task>? clean = null,
        TimeSpan? warmUp = null,
        IReadOnlyList<LoadSimulation>? simulations = null,
        IReadOnlyList<Threshold>? thresholds = null,
        bool? restartIterationOnFail = null,
        int? maxFailCount = null) => new(ScenarioName, Run)
        {
            Init = init ?? Init,
            Clean = clean ?? Clean,
            WarmUp = warmUp ?? WarmUp,
            Simulations = simulations ?? Simulations,
            Thresholds = thresholds ?? Thresholds,
            RestartIterationOnFail = restartIterationOnFail ?? RestartIterationOnFail,
            MaxFailCount = maxFailCount ?? MaxFailCount,
        };
}

using System.Linq.Expressions;
using System.Runtime.InteropServices;
using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>What the figures of a scenario or a step must satisfy; checked against each reporting interval's figures and, at the end, against the whole test's.</summary>
public sealed class Threshold
{
    private Threshold(string stepName, Expression<Func<StepStats, bool>>? checkStep, Expression<Func<ScenarioStats, bool>>? checkScenario, int? abortWhenErrorCount, TimeSpan? startCheckAfter)
    {
        StepName = stepName;
        CheckStep = checkStep;
        CheckScenario = checkScenario;
        AbortWhenErrorCount = abortWhenErrorCount;
        StartCheckAfter = startCheckAfter;
    }

    /// <summary>The step whose figures are checked; empty for the scenario's own.</summary>
    public string StepName { get; }

    /// <summary>The check of a step; null for a check of the scenario.</summary>
    public Expression<Func<StepStats, bool>>? CheckStep { get; }

    /// <summary>The check of a scenario; null for a check of a step.</summary>
    public Expression<Func<ScenarioStats, bool>>? CheckScenario { get; }

    /// <summary>How many failed checks end the test early; null for never.</summary>
    public int? AbortWhenErrorCount { get; }

    /// <summary>How long after the scenario's start the checks begin; null for at once.</summary>
    public TimeSpan? StartCheckAfter { get; }

    /// <summary>Makes a threshold of a scenario's figures.</summary>
    /// <param name="checkScenario">True while they are as they should be.</param>
    /// <param name="abortWhenErrorCount">How many failed checks end the test early; null for never.</param>
    /// <param name="startCheckAfter">How long after the scenario's start the checks begin; null for at once.</param>
    /// <returns>The threshold.</returns>
    public static Threshold Create(Expression<Func<ScenarioStats, bool>> checkScenario, [Optional] int? abortWhenErrorCount, [Optional] TimeSpan? startCheckAfter) =>
        new("", null, checkScenario, abortWhenErrorCount, startCheckAfter);

    /// <summary>Makes a threshold of a step's figures.</summary>
    /// <param name="stepName">Which step's.</param>
    /// <param name="checkStep">True while they are as they should be.</param>
    /// <param name="abortWhenErrorCount">How many failed checks end the test early; null for never.</param>
    /// <param name="startCheckAfter">How long after the scenario's start the checks begin; null for at once.</param>
    /// <returns>The threshold.</returns>
    public static Threshold Create(string stepName, Expression<Func<StepStats, bool>> checkStep, [Optional] int? abortWhenErrorCount, [Optional] TimeSpan? startCheckAfter) =>
        new(stepName, checkStep, null, abortWhenErrorCount, startCheckAfter);
}

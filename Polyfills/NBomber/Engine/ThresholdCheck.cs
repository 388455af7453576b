using System.Linq.Expressions;
using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.Engine;

/// <summary>A threshold of a scenario, and how it stands.</summary>
internal sealed class ThresholdCheck(string scenario, Threshold threshold)
{
    private readonly Func<ScenarioStats, bool>? _checkScenario = threshold.CheckScenario?.Compile();
    private readonly Func<StepStats, bool>? _checkStep = threshold.CheckStep?.Compile();

    internal ThresholdResult Result { get; } = new()
    {
        ScenarioName = scenario,
        StepName = threshold.StepName,
        CheckExpression = ThresholdText.Of((LambdaExpression?)threshold.CheckScenario ?? threshold.CheckStep!),
    };

    /// <summary>Checks the figures of an interval, unless it is too early.</summary>
    /// <returns>True when there are now so many failed checks that the test is to end.</returns>
    internal bool CheckInterval(ScenarioStats stats, TimeSpan elapsed)
    {
        if (elapsed < (threshold.StartCheckAfter ?? TimeSpan.Zero) || Holds(stats) || !(Result.ErrorCount >= threshold.AbortWhenErrorCount))
            return false;
        Result.IsFailed = true;
        return true;
    }

    /// <summary>
    /// Checks the figures of the whole test, however short it was. They decide: of an objective such as 99.9 %, an interval
    /// with a single failure would fall short.
    /// </summary>
    internal void CheckFinal(ScenarioStats stats) => Result.IsFailed |= !Holds(stats);

    private bool Holds(ScenarioStats stats)
    {
        bool holds;
        try
        {
            holds = _checkScenario is not null ? _checkScenario(stats) : stats.StepStats.Find(threshold.StepName) is { } step && _checkStep!(step);
        }
#pragma warning disable CA1031 // A check that cannot be made has not held.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Result.ExceptionMsg = exception.Message;
            holds = false;
        }

        if (holds)
            return true;
        Result.ErrorCount++;
        return false;
    }
}

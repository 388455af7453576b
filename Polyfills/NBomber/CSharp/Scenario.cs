using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>Makes scenarios: what a user does, again and again.</summary>
public static class Scenario
{
    /// <summary>Makes a scenario.</summary>
    /// <param name="name">Its name, unlike that of any other in the test.</param>
    /// <param name="run">One iteration of it.</param>
    /// <returns>The scenario.</returns>
    public static ScenarioProps Create(string name, Func<IScenarioContext, Task<IResponse>> run) => new(name, run);

    /// <summary>Makes a scenario that only prepares and tidies up.</summary>
    /// <param name="name">Its name, unlike that of any other in the test.</param>
    /// <returns>The scenario.</returns>
    public static ScenarioProps Empty(string name) => new(name, null);

    /// <summary>Sets what is done before the warm-up.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="initFunc">What is done; when it throws, the test does not begin.</param>
    /// <returns>The scenario with it.</returns>
    public static ScenarioProps WithInit(this ScenarioProps scenario, Func<IScenarioInitContext, Task> initFunc) => scenario.With(init: initFunc);

    /// <summary>Sets what is done after the measurement.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="cleanFunc">What is done; when it throws, that is said, and the test goes on to its end.</param>
    /// <returns>The scenario with it.</returns>
    public static ScenarioProps WithClean(this ScenarioProps scenario, Func<IScenarioInitContext, Task> cleanFunc) => scenario.With(clean: cleanFunc);

    /// <summary>Sets how long the scenario runs before anything is measured.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="duration">How long; 30 seconds by default.</param>
    /// <returns>The scenario with it.</returns>
    public static ScenarioProps WithWarmUpDuration(this ScenarioProps scenario, TimeSpan duration) => scenario.With(warmUp: duration);

    /// <summary>Measures from the first iteration on.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <returns>The scenario with it.</returns>
    public static ScenarioProps WithoutWarmUp(this ScenarioProps scenario) => scenario.With(warmUp: TimeSpan.Zero);

    /// <summary>Sets the load.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="loadSimulations">One after another; one copy for a minute by default.</param>
    /// <returns>The scenario with it.</returns>
    public static ScenarioProps WithLoadSimulations(this ScenarioProps scenario, params LoadSimulation[] loadSimulations) => scenario.With(simulations: loadSimulations);

    /// <summary>Sets what the figures must satisfy.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="thresholds">The thresholds.</param>
    /// <returns>The scenario with it.</returns>
    public static ScenarioProps WithThresholds(this ScenarioProps scenario, params Threshold[] thresholds) => scenario.With(thresholds: thresholds);

    /// <summary>Sets whether a failed step ends its iteration.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="shouldRestart">True, the default: the iteration has failed, and another begins. False: it goes on.</param>
    /// <returns>The scenario with it.</returns>
    public static ScenarioProps WithRestartIterationOnFail(this ScenarioProps scenario, bool shouldRestart) => scenario.With(restartIterationOnFail: shouldRestart);

    /// <summary>Sets how many failures stop the whole test.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="maxFailCount">How many; 5,000 by default.</param>
    /// <returns>The scenario with it.</returns>
    public static ScenarioProps WithMaxFailCount(this ScenarioProps scenario, int maxFailCount) => scenario.With(maxFailCount: maxFailCount);
}

using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>Finds figures by name.</summary>
public static class StatsExtensions
{
    /// <summary>Gets the figures of a status.</summary>
    /// <param name="statusCodes">Among these.</param>
    /// <param name="statusCode">The status.</param>
    /// <returns>Its figures.</returns>
    /// <exception cref="KeyNotFoundException">It never came.</exception>
    public static StatusCodeStats Get(this StatusCodeStats[] statusCodes, string statusCode) =>
        statusCodes.Find(statusCode) ?? throw new KeyNotFoundException($"Status code: '{statusCode}' is not found.");

    /// <summary>Finds the figures of a status.</summary>
    /// <param name="statusCodes">Among these.</param>
    /// <param name="statusCode">The status.</param>
    /// <returns>Its figures; null when it never came.</returns>
    public static StatusCodeStats? Find(this StatusCodeStats[] statusCodes, string statusCode) => Array.Find(statusCodes, s => s.StatusCode == statusCode);

    /// <summary>Tells whether a status came.</summary>
    /// <param name="statusCodes">Among these.</param>
    /// <param name="statusCode">The status.</param>
    /// <returns>True when it did.</returns>
    public static bool Exists(this StatusCodeStats[] statusCodes, string statusCode) => statusCodes.Find(statusCode) is not null;

    /// <summary>Gets the figures of a scenario.</summary>
    /// <param name="scenarioStats">Among these.</param>
    /// <param name="name">The scenario.</param>
    /// <returns>Its figures.</returns>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public static ScenarioStats Get(this ScenarioStats[] scenarioStats, string name) =>
        scenarioStats.Find(name) ?? throw new KeyNotFoundException($"Scenario: '{name}' is not found.");

    /// <summary>Finds the figures of a scenario.</summary>
    /// <param name="scenarioStats">Among these.</param>
    /// <param name="name">The scenario.</param>
    /// <returns>Its figures; null when there is none of that name.</returns>
    public static ScenarioStats? Find(this ScenarioStats[] scenarioStats, string name) => Array.Find(scenarioStats, s => s.ScenarioName == name);

    /// <summary>Tells whether there is a scenario.</summary>
    /// <param name="scenarioStats">Among these.</param>
    /// <param name="name">The scenario.</param>
    /// <returns>True when there is.</returns>
    public static bool Exists(this ScenarioStats[] scenarioStats, string name) => scenarioStats.Find(name) is not null;

    /// <summary>Gets the figures of a step.</summary>
    /// <param name="stepStats">Among these.</param>
    /// <param name="name">The step.</param>
    /// <returns>Its figures.</returns>
    /// <exception cref="KeyNotFoundException">No such step ran.</exception>
    public static StepStats Get(this StepStats[] stepStats, string name) =>
        stepStats.Find(name) ?? throw new KeyNotFoundException($"Step: '{name}' is not found.");

    /// <summary>Finds the figures of a step.</summary>
    /// <param name="stepStats">Among these.</param>
    /// <param name="name">The step.</param>
    /// <returns>Its figures; null when no such step ran.</returns>
    public static StepStats? Find(this StepStats[] stepStats, string name) => Array.Find(stepStats, s => s.StepName == name);

    /// <summary>Tells whether a step ran.</summary>
    /// <param name="stepStats">Among these.</param>
    /// <param name="name">The step.</param>
    /// <returns>True when it did.</returns>
    public static bool Exists(this StepStats[] stepStats, string name) => stepStats.Find(name) is not null;
}

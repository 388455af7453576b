using NBomber.Contracts;

namespace Platform.LoadTests.Run.Scenarios;

/// <summary>What a visitor does once. What is under way when the load ends goes on to its end: a write that was sent may be done.</summary>
/// <param name="Name">Of the scenario.</param>
/// <param name="Journey">Whose objectives it is held to; null for none.</param>
/// <param name="Share">How much of the load it is.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record Visit(string Name, string? Journey, double Share, Func<IScenarioContext, Task<IResponse>> RunAsync)
{
    /// <summary>The step that is held to the objectives; null for the whole visit.</summary>
    internal string? Step { get; init; }
}

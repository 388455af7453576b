using System.CommandLine;

namespace Platform.LoadTests.Race;

/// <summary>What the parent of a race and its nodes are both told.</summary>
internal static class RaceOptions
{
    internal static readonly Option<int> Seed = new("--seed") { Description = "What the choices and pauses of every worker follow from.", DefaultValueFactory = _ => 1 };

    internal static readonly Option<bool> Unfenced = new("--unfenced") { Description = "Switches the fence off, to show that the race would be found; ends at the first finding." };

    internal static readonly Option<string> Namespace = new("--namespace") { Description = "The cache's namespace in Redis.", DefaultValueFactory = _ => $"race-{Environment.ProcessId}" };

    internal static readonly Option<double> Budget = new("--budget") { Description = "How many milliseconds a node waits for Redis; 50, the cache's own, lets a busy machine alone open the breaker.", DefaultValueFactory = _ => 50 };

    internal static readonly Option<double> LagLimit = new("--lag") { Description = "After how many seconds a change must have been heard by the other process.", DefaultValueFactory = _ => 2 };
}

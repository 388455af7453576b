using Platform.LoadTests.Run.Chaos;

namespace Platform.LoadTests.Run;

/// <summary>What is asked of a run.</summary>
/// <param name="Scenario">Which load.</param>
/// <param name="Duration">How long it is measured.</param>
/// <param name="WarmUp">How long before that it runs without being measured.</param>
/// <param name="Rate">Visits a second, of all kinds together.</param>
/// <param name="Subscribers">How many listen to what is changed.</param>
/// <param name="Chaos">What is done to the stack meanwhile.</param>
/// <param name="Folder">Where reports are written.</param>
internal sealed record RunOptions(string Scenario, TimeSpan Duration, TimeSpan WarmUp, int Rate, int Subscribers, IReadOnlyList<ChaosStep> Chaos, string Folder);

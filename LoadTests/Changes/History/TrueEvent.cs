using Platform.ChangeStream;

namespace Platform.LoadTests.Changes.History;

/// <summary>What happened to a topic, by the database's own account.</summary>
/// <param name="Id">Its place in the order of commits.</param>
/// <param name="Content">What was written, which is another thing each time.</param>
public readonly record struct TrueEvent(EventId Id, string Content);

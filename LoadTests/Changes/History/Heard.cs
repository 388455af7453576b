using Platform.ChangeStream;

namespace Platform.LoadTests.Changes.History;

/// <summary>Something that a subscriber was told of a topic.</summary>
public abstract record Heard;

/// <summary>A change.</summary>
/// <param name="Id">The event's id, as told.</param>
/// <param name="Content">What was written, as told.</param>
/// <param name="Skipped">How many before it are left out, as told.</param>
public sealed record HeardChange(EventId Id, string Content, int Skipped = 0) : Heard;

/// <summary>That changes after <paramref name="From"/>, up to <paramref name="To"/>, may be missing.</summary>
/// <param name="From">The last place before those that may be missing.</param>
/// <param name="To">The last place of those.</param>
public sealed record HeardGap(EventId From, EventId To) : Heard;

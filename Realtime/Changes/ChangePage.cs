namespace Platform.Realtime.Changes;

/// <summary>Events of the past, in order.</summary>
/// <param name="Events">Those that were found.</param>
/// <param name="UpTo">Nothing else up to here; the next page begins after it.</param>
/// <param name="Floor">What is at or before it may not be there any more: when it is after where the page was to begin, something may be missing.</param>
internal sealed record ChangePage(IReadOnlyList<ChangeEvent> Events, ChangePosition UpTo, ChangePosition Floor);

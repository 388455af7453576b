namespace Platform.Analytics.Projections.Facts;

/// <summary>What is known of a book.</summary>
/// <param name="Categories">That it is in.</param>
internal sealed record BookFacts(IReadOnlyList<Guid> Categories);

namespace Platform.LoadTests.Run.Journeys;

/// <summary>What a journey promises.</summary>
/// <param name="Journey">Such as <c>browse</c>.</param>
/// <param name="Availability">The share of requests that are answered well.</param>
/// <param name="Fast">The share of those that take no longer than <paramref name="Threshold"/>.</param>
/// <param name="Threshold">What is fast.</param>
public sealed record Objective(string Journey, double Availability, double Fast, TimeSpan Threshold);

namespace Platform.Analytics.Recommendations;

/// <summary>What a model is.</summary>
/// <param name="Version">Its name among all versions; a later one is greater, compared as text.</param>
/// <param name="TrainedAt">When it was trained.</param>
/// <param name="AsOf">The position of the last event that it was trained with.</param>
/// <param name="Dimensions">The length of its vectors.</param>
internal sealed record ModelDescription(string Version, DateTimeOffset TrainedAt, string AsOf, int Dimensions);

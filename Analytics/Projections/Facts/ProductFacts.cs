namespace Platform.Analytics.Projections.Facts;

/// <summary>What is known of a product.</summary>
/// <param name="Book">That it sells.</param>
/// <param name="Category">Of the shop; null when it is in none.</param>
internal sealed record ProductFacts(Guid Book, Guid? Category);

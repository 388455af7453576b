namespace Platform.Analytics.Projections;

/// <summary>A product that was bought together with another.</summary>
/// <param name="Product">The product.</param>
/// <param name="Book">Its book.</param>
/// <param name="Count">In how many orders that were paid.</param>
internal sealed record BoughtTogether(Guid Product, Guid Book, int Count);

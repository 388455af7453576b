namespace Platform.Analytics.Projections;

/// <summary>A book that much happens with.</summary>
/// <param name="Book">The book.</param>
/// <param name="Score">How much, as of now: one for a view that happens just now, less for an older one.</param>
internal sealed record TrendingBook(Guid Book, double Score);

/// <summary>How far back what is trending reaches.</summary>
internal enum TrendingWindow
{
    /// <summary>An hour.</summary>
    Hour,

    /// <summary>A day.</summary>
    Day,

    /// <summary>Seven days.</summary>
    Week,
}

namespace Platform.Analytics.Projections;

/// <summary>What is known of a reader and one book.</summary>
/// <param name="Book">The book.</param>
/// <param name="FirstAt">When anything of it happened first.</param>
/// <param name="LastAt">When anything of it happened last.</param>
/// <param name="Views">How often its page was looked at.</param>
/// <param name="SearchClicks">How often it was chosen from what a search had found.</param>
/// <param name="CartAdds">How often it was put into a cart.</param>
/// <param name="Shelf">The shelf that it is on: <c>want</c>, <c>reading</c> or <c>read</c>; null when on none.</param>
/// <param name="Bought">How many copies were paid for and not paid back.</param>
/// <param name="Rating">The reader's stars, 1 to 5, as of now; null when there are none.</param>
/// <param name="Hidden">Whether the reader does not want to be shown it.</param>
internal sealed record HistoryEntry(
    Guid Book, DateTimeOffset FirstAt, DateTimeOffset LastAt, int Views = 0, int SearchClicks = 0, int CartAdds = 0,
    string? Shelf = null, int Bought = 0, int? Rating = null, bool Hidden = false);

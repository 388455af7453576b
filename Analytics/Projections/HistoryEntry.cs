using System.Text.Json.Serialization;

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
    Guid Book, DateTimeOffset FirstAt, DateTimeOffset LastAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Views = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int SearchClicks = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int CartAdds = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] string? Shelf = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Bought = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int? Rating = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Hidden = false)
{
    /// <summary>Whether it is more than having been looked at.</summary>
    internal bool SaysMuch => Shelf is not null || Bought > 0 || Rating is not null || Hidden;
}

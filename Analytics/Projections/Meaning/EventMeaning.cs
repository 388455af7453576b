using Platform.Analytics.Projections.Facts;
using Platform.Analytics.Projections.Feed;

namespace Platform.Analytics.Projections.Meaning;

/// <summary>
/// What an event adds to projections, by what is known when it comes. The same events in the same order add the same, whoever reads
/// them and however often.
/// </summary>
internal static class EventMeaning
{
    /// <summary>Takes an event in; one that means nothing here, or does not say what it should, adds nothing.</summary>
    internal static void Add(FeedRow row, PageFacts facts, Contributions contributions)
    {
        if (row.Type.StartsWith("interaction.", StringComparison.Ordinal))
            InteractionMeaning.Add(row, facts, contributions);
        else if (row.Type.StartsWith("book.review-", StringComparison.Ordinal))
            ReviewMeaning.Add(row, facts, contributions);
        else if (row.IsOf("order"))
            OrderMeaning.Add(row, facts, contributions);
        else if (row.IsOf("product") || row.IsOf("book"))
            CatalogMeaning.Add(row, facts);
        else if (row is { Type: "user.forgotten", Entity: { } user })
            contributions.Histories.Add(user.ToString(), user.ToString(), history => history.Forget());
    }
}

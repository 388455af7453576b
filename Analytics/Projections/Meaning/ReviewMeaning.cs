using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Projections.Facts;
using Platform.Analytics.Projections.Feed;

namespace Platform.Analytics.Projections.Meaning;

/// <summary>
/// Ratings, which reviews have. A window counts one when it is given; what it is changed to later, histories know. Those that were
/// there when the database was looked at first did not happen in any window that was watched: only histories have them.
/// </summary>
internal static class ReviewMeaning
{
    internal static void Add(FeedRow row, PageFacts facts, Contributions contributions)
    {
        if (row.Entity is not { } book)
            return;
        var rating = row.Type == "book.review-removed" ? null : row.Number("rating");
        if (row.Id("user_id") is { } user)
            contributions.Note(user, book, row.Time("created_at") ?? row.At, row, entry => entry with { Rating = rating });
        if (row.Type != "book.review-added" || rating is not { } stars)
            return;

        var counts = new Counts { Ratings = 1, Stars = stars };
        var categories = facts.CategoriesOf(book);
        contributions.Count(Subjects.Book(book), row.At, counts);
        foreach (var category in categories)
            contributions.Count(Subjects.Category(category), row.At, counts);
        if (TrendingScore.WeightOf(counts) is > 0 and var weight)
            contributions.Trend(book, categories, row.At, weight);
    }
}

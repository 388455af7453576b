using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Projections.Feed;

namespace Platform.Analytics.Projections;

/// <summary>What the events of a page add, by document.</summary>
internal sealed class Contributions
{
    internal Pending<WindowDocument> Windows { get; } = new();

    internal Pending<TrendingDocument> Trending { get; } = new();

    internal Pending<TogetherDocument> Together { get; } = new();

    internal Pending<HistoryDocument> Histories { get; } = new();

    /// <summary>Counts something in the windows of a subject.</summary>
    internal void Count(string subject, DateTimeOffset at, Counts counts)
    {
        foreach (var size in WindowSize.All)
            Windows.Add(subject, size.IdAt(at), window => window.Counts += counts);
    }

    /// <summary>Something happened that makes a book trend.</summary>
    internal void Trend(Guid book, IEnumerable<Guid> categories, DateTimeOffset at, double weight)
    {
        foreach (var subject in categories.Select(category => Subjects.TrendingIn(category)).Prepend(Subjects.TrendingIn(null)))
            Trending.Add(subject, book.ToString(), document => document.Add(at, weight));
    }

    /// <summary>A reader did something with a book.</summary>
    internal void Note(Guid user, Guid book, DateTimeOffset at, FeedRow row, Func<HistoryEntry, HistoryEntry> change) =>
        Histories.Add(user.ToString(), user.ToString(), history => history.Note(book, at, row.Position, change));
}

namespace Platform.Analytics.Projections.Feed;

/// <summary>A part of the feed.</summary>
/// <param name="Rows">In the feed's order.</param>
/// <param name="End">Where it ends, as <see cref="EventFeed"/> is told to go on.</param>
internal sealed record FeedPage(IReadOnlyList<FeedRow> Rows, FeedPlace End);

/// <summary>A place in the feed of a range.</summary>
/// <param name="Continuation">What Cosmos DB goes on from; null for the beginning.</param>
/// <param name="Lsn">Of the last row before it.</param>
internal sealed record FeedPlace(string? Continuation, long Lsn)
{
    internal static readonly FeedPlace Beginning = new(null, 0);
}

using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics.Projections.Feed;

/// <summary>Reads the change feed of the events: each once, as it is now, in an order that stays.</summary>
internal sealed class EventFeed(Container events)
{
    // What Cosmos DB sends at once, at most.
    internal const int MostInAnswer = 10_000;

    /// <summary>The ranges that the feed is in: one, until there is much. There is no order between them.</summary>
    internal async Task<IReadOnlyList<string>> RangesAsync(CancellationToken cancellationToken) =>
        [.. (await events.GetFeedRangesAsync(cancellationToken).ConfigureAwait(false)).Select(range => range.ToJsonString())];

    /// <summary>Reads what is there now.</summary>
    /// <param name="range">Of <see cref="RangesAsync"/>.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="most">How many rows are wanted; a few more may come, for what was written at once is not divided.</param>
    /// <param name="until">Where to end, when it was read to there before; null to read all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task<FeedPage> ReadAsync(string range, FeedPlace from, int most, FeedPlace? until, CancellationToken cancellationToken)
    {
        List<FeedRow> rows = [];
        var start = from.Continuation is { } token ? ChangeFeedStartFrom.ContinuationToken(token) : ChangeFeedStartFrom.Beginning(FeedRange.FromJsonString(range));
        using var feed = events.GetChangeFeedStreamIterator(start, ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = Math.Min(most, MostInAnswer) });
        var end = from;
        while (until is null ? rows.Count < most : end.Lsn < until.Lsn)
        {
            using var answer = await feed.ReadNextAsync(cancellationToken).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.NotModified)
                break;
            answer.EnsureSuccessStatusCode();
            var page = await JsonSerializer.DeserializeAsync<JsonElement>(answer.Content, cancellationToken: cancellationToken).ConfigureAwait(false);
            rows.AddRange(page.GetProperty("Documents").EnumerateArray().Select(row => new FeedRow(row)));
            end = new FeedPlace(answer.ContinuationToken, rows.Count == 0 ? end.Lsn : rows[^1].Lsn);
        }

        // Read again it may reach further than it did.
        return until is null ? new FeedPage(rows, end) : new FeedPage([.. rows.TakeWhile(row => row.Lsn <= until.Lsn)], until);
    }
}

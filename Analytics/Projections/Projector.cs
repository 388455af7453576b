using Microsoft.Azure.Cosmos;
using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Projections.Facts;
using Platform.Analytics.Projections.Feed;
using Platform.Analytics.Projections.Meaning;

namespace Platform.Analytics.Projections;

/// <summary>
/// Takes the feed of events into one generation of projections, page by page. What a page is, is stored before anything is written of it, and
/// each document has the number of the last page that is in it: a page that was broken off is done again from its beginning, and adds
/// what is missing of it.
/// </summary>
/// <remarks>
/// Two projectors may be at the same page, when one was thought dead. They write the same: the page is the same, and so is what
/// is known when it begins. One that is behind finds documents of a later page, and gives up.
/// </remarks>
internal sealed class Projector(Checkpoint checkpoint, CheckpointStore checkpoints, EventFeed feed, Container aggregates, Container histories, int pageSize, Func<CancellationToken, Task> askForRebuild, TimeProvider clock)
{
    private readonly PageFacts _facts = new(aggregates);
    private readonly DocumentWriter<WindowDocument> _windows = new(aggregates, (subject, id) => new() { Subject = subject, Id = id }, clock);
    private readonly DocumentWriter<TrendingDocument> _trending = new(aggregates, (subject, id) => new() { Subject = subject, Id = id }, clock);
    private readonly DocumentWriter<TogetherDocument> _together = new(aggregates, (subject, id) => new() { Subject = subject, Id = id }, clock);
    private readonly DocumentWriter<HistoryDocument> _histories = new(histories, (user, id) => new() { User = user, Id = id }, clock);

    /// <summary>How far it is.</summary>
    internal Checkpoint Checkpoint { get; private set; } = checkpoint;

    /// <summary>Does the next page.</summary>
    /// <returns>Its events; none when there was nothing to do.</returns>
    /// <exception cref="FencedException">Another one has done it. This one is of no use any more, as after any other exception.</exception>
    internal async Task<IReadOnlyList<FeedRow>> StepAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken).ConfigureAwait(false) is not var (range, page))
            return [];
        await ApplyAsync([.. page.Rows.Where(Counts)], Checkpoint.Page + 1, cancellationToken).ConfigureAwait(false);
        // Before the page is done: whoever does it again asks again. What only lost its name counts as it did.
        if (page.Rows.Any(row => !Counts(row) && !row.IsForgotten))
            await askForRebuild(cancellationToken).ConfigureAwait(false);
        Checkpoint = await checkpoints.SaveAsync(Checkpoint with
        {
            Page = Checkpoint.Page + 1,
            Ranges = [.. Checkpoint.Ranges.Select((one, index) => index == range ? one with { Done = page.End } : one)],
            Next = null,
            Events = Checkpoint.Events + page.Rows.Count,
            Position = page.Rows.Select(row => row.Position).Append(Checkpoint.Position).Max(StringComparer.Ordinal)!,
        }, cancellationToken).ConfigureAwait(false);
        return page.Rows;
    }

    // A page that was begun, or a new one of whichever range has something.
    private async Task<(int Range, FeedPage Page)?> ReadAsync(CancellationToken cancellationToken)
    {
        if (Checkpoint.Next is { } begun)
            return (begun.Range, await feed.ReadAsync(Checkpoint.Ranges[begun.Range].Range, Checkpoint.Ranges[begun.Range].Done, pageSize, begun.Until, cancellationToken).ConfigureAwait(false));
        for (var turn = 0; turn < Checkpoint.Ranges.Count; turn++)
        {
            var range = (int)((Checkpoint.Page + turn) % Checkpoint.Ranges.Count);
            var page = await feed.ReadAsync(Checkpoint.Ranges[range].Range, Checkpoint.Ranges[range].Done, pageSize, until: null, cancellationToken).ConfigureAwait(false);
            if (page.Rows.Count == 0)
                continue;
            // Stored first: whoever has to do this page again does the same one, though there is more by then.
            Checkpoint = await checkpoints.SaveAsync(Checkpoint with { Next = new NextPage(range, page.End) }, cancellationToken).ConfigureAwait(false);
            return (range, page);
        }

        return null;
    }

    private async Task ApplyAsync(IReadOnlyList<FeedRow> rows, long page, CancellationToken cancellationToken)
    {
        await _facts.LoadAsync(rows, page, cancellationToken).ConfigureAwait(false);
        var contributions = new Contributions();
        foreach (var row in rows)
            EventMeaning.Add(row, _facts, contributions);
        await Task.WhenAll(
            _windows.WriteAsync(contributions.Windows, page, cancellationToken),
            _trending.WriteAsync(contributions.Trending, page, cancellationToken),
            _together.WriteAsync(contributions.Together, page, cancellationToken),
            _histories.WriteAsync(contributions.Histories, page, cancellationToken),
            _facts.WriteAsync(page, cancellationToken)).ConfigureAwait(false);
    }

    // An event that was put right comes once more, at another place. Who may have seen it as it was keeps to that until all is built
    // anew; within the second of the beginning that cannot be told, and it is built anew once more.
    private bool Counts(FeedRow row) => !row.IsRepaired || row.StoredAt < Checkpoint.Since;
}

using System.Net;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Ingest;

namespace Platform.Analytics.Projections.Facts;

/// <summary>What is known of all things of one kind, as far as it was asked for.</summary>
/// <param name="aggregates">Where it is kept.</param>
/// <param name="subjectOf">The partition key of a thing.</param>
internal sealed class FactsTable<T>(Container aggregates, Func<Guid, string> subjectOf)
    where T : class
{
    // What is remembered from page to page; with the things of one page it is the most there is in memory.
    private const int MostRemembered = 50_000;
    private static readonly ParallelOptions Much = new() { MaxDegreeOfParallelism = 400 };

    private readonly Dictionary<Guid, Known> _known = [];

    /// <summary>Asks for things that are not known yet.</summary>
    /// <param name="ids">Which.</param>
    /// <param name="page">The page that they are needed for.</param>
    /// <param name="cancellationToken">Ends it; then it has to be asked again.</param>
    /// <exception cref="FencedException">Another projector is further.</exception>
    internal async Task LoadAsync(IEnumerable<Guid> ids, long page, CancellationToken cancellationToken)
    {
        var missing = ids.Where(id => !_known.ContainsKey(id)).Distinct().ToList();
        await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = Much.MaxDegreeOfParallelism, CancellationToken = cancellationToken }, async (id, ended) =>
        {
            var stored = await ReadAsync(subjectOf(id), ended).ConfigureAwait(false);
            if (stored?.Page > page)
                throw new FencedException();
            // Of the page that is done now there are leftovers when it was begun before.
            var known = new Known { Stored = stored, Before = stored?.Page == page ? stored.Before : stored?.Now };
            known.Now = known.Before;
            lock (_known)
            {
                _known[id] = known;
            }
        }).ConfigureAwait(false);
    }

    /// <summary>What is known; null when nothing is.</summary>
    /// <param name="id">Was asked for by <see cref="LoadAsync"/>.</param>
    internal T? Of(Guid id) => _known[id].Now;

    /// <summary>From now on this is known.</summary>
    internal void Learn(Guid id, T facts) => _known[id].Now = facts;

    /// <summary>Stores what has been learned of a page.</summary>
    /// <exception cref="FencedException">Another projector is at it.</exception>
    internal async Task WriteAsync(long page, CancellationToken cancellationToken)
    {
        var learned = _known.Where(one => !ReferenceEquals(one.Value.Now, one.Value.Before)).ToList();
        await Parallel.ForEachAsync(learned, new ParallelOptions { MaxDegreeOfParallelism = Much.MaxDegreeOfParallelism, CancellationToken = cancellationToken }, async (one, ended) =>
            one.Value.Stored = await WriteAsync(subjectOf(one.Key), one.Value, page, ended).ConfigureAwait(false)).ConfigureAwait(false);
        foreach (var (_, known) in learned)
            known.Before = known.Now;
        if (_known.Count > MostRemembered)
            _known.Clear();
    }

    private async Task<FactsDocument<T>?> ReadAsync(string subject, CancellationToken cancellationToken)
    {
        try
        {
            return await aggregates.ReadItemAsync<FactsDocument<T>>(FactsDocument<T>.TheId, new PartitionKey(subject), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound && e.SubStatusCode == 0)
        {
            return null;
        }
    }

    private async Task<FactsDocument<T>> WriteAsync(string subject, Known known, long page, CancellationToken cancellationToken)
    {
        var document = new FactsDocument<T>(FactsDocument<T>.TheId, subject, page, known.Now!, known.Before);
        var key = new PartitionKey(subject);
        try
        {
            // Only upon what was read: of two projectors, one finds that it is not alone.
            var answer = known.Stored is { ETag: var etag }
                ? await aggregates.ReplaceItemAsync(document, document.Id, key, new ItemRequestOptions { EnableContentResponseOnWrite = false, IfMatchEtag = etag }, cancellationToken).ConfigureAwait(false)
                : await aggregates.CreateItemAsync(document, key, EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
            return document with { ETag = answer.ETag };
        }
        catch (CosmosException e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            throw new FencedException(e);
        }
    }

    private sealed class Known
    {
        internal FactsDocument<T>? Stored { get; set; }

        internal T? Before { get; set; }

        internal T? Now { get; set; }
    }
}

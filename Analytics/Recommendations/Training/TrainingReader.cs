using Microsoft.Azure.Cosmos;
using Platform.Analytics.Projections;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>Reads what a model is learned from, once: the histories of readers, and what events say of books.</summary>
/// <remarks>It keeps no more than <see cref="Parameters"/> allow: readers, books of a reader, books.</remarks>
internal sealed class TrainingReader(Parameters parameters)
{
    private sealed record BookEvent(string Stream, string Type, string Position, string? Series, decimal? Number, Guid? Author);

    private readonly Dictionary<Guid, int> _numbers = [];
    private readonly List<int> _popularity = [];
    private readonly List<Reading[]> _readers = [];
    private string _asOf = "";

    /// <summary>All of it.</summary>
    /// <param name="histories">What readers have done.</param>
    /// <param name="events">The container of events.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task<TrainingSet> ReadAsync(IAsyncEnumerable<ReaderHistory> histories, Container events, CancellationToken cancellationToken)
    {
        await foreach (var history in histories.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Add(history);
            if (_readers.Count >= parameters.MostReaders)
                break;
        }

        var facts = await ReadFactsAsync(events, cancellationToken).ConfigureAwait(false);
        return Arrange(facts);
    }

    private void Add(ReaderHistory history)
    {
        _asOf = string.CompareOrdinal(history.AsOf, _asOf) > 0 ? history.AsOf : _asOf;
        var entries = history.Books.Values.Where(entry => EvidenceWeights.Of(entry) > 0).OrderByDescending(entry => entry.LastAt).ThenBy(entry => entry.Book).Take(parameters.MostOfReader);
        Reading[] readings = [.. entries.Select(entry => new Reading(NumberOf(entry.Book), EvidenceWeights.Of(entry), EvidenceWeights.IsLiked(entry)))];
        foreach (var one in readings)
            _popularity[one.Book]++;
        if (readings.Length > 0)
            _readers.Add(readings);
    }

    private int NumberOf(Guid book)
    {
        if (_numbers.TryAdd(book, _popularity.Count))
            _popularity.Add(0);
        return _numbers[book];
    }

    private async Task<Dictionary<Guid, BookFacts>> ReadFactsAsync(Container events, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("""
            SELECT c.stream, c.type, c.position, c.data.series_name AS series, c.data.series_number AS number, c.data.author_id AS author FROM c
            WHERE c.type IN ('book.found', 'book.added', 'book.updated', 'book.author-found', 'book.author-added', 'book.author-removed')
            """);
        Dictionary<Guid, BookFacts> facts = [];
        using var pages = events.GetItemQueryIterator<BookEvent>(query);
        while (pages.HasMoreResults)
        {
            foreach (var one in await pages.ReadNextAsync(cancellationToken).ConfigureAwait(false))
            {
                if (!Guid.TryParse(one.Stream.AsSpan("book:".Length), out var book))
                    continue;
                if (!facts.TryGetValue(book, out var known))
                {
                    // Of a catalogue without end those that somebody has read, and as many as there can be of the others.
                    if (facts.Count >= parameters.MostBooks && !_numbers.ContainsKey(book))
                        continue;
                    facts[book] = known = new BookFacts();
                }

                if (one.Author is { } author)
                    known.IsBy(author, one.Type != "book.author-removed", one.Position);
                else
                    known.IsOf(one.Series, one.Number, one.Position);
            }
        }

        return facts;
    }

    // By their popularity, so that those that are learned are the first; books that nobody has read follow where they have kin.
    private TrainingSet Arrange(Dictionary<Guid, BookFacts> facts)
    {
        var all = facts.Keys.Concat(_numbers.Keys).Distinct().Select(book => (Book: book, Readers: _numbers.TryGetValue(book, out var number) ? _popularity[number] : 0))
            .OrderByDescending(one => one.Readers).ThenBy(one => one.Book).Select(one => one.Book).ToList();
        var kin = Kinships.Of(Places(all).Where(one => facts.ContainsKey(one.Key)).ToDictionary(one => one.Value, one => facts[one.Key]), parameters.LargestGroup)
            .SelectMany(kinship => kinship.Books).ToHashSet();
        Guid[] books = [.. all.Where((book, place) => _numbers.ContainsKey(book) || kin.Contains(place)).Take(parameters.MostBooks)];
        var places = Places(books);
        var placeOf = new int[_popularity.Count];
        foreach (var (book, number) in _numbers)
            placeOf[number] = places.GetValueOrDefault(book, -1);
        return new TrainingSet(
            books, Math.Min(books.Length, parameters.MostLearned),
            [.. _readers.Select(reader => reader.Where(one => placeOf[one.Book] >= 0).Select(one => one with { Book = placeOf[one.Book] }).ToArray())],
            Kinships.Of(places.Where(one => facts.ContainsKey(one.Key)).ToDictionary(one => one.Value, one => facts[one.Key]), parameters.LargestGroup), _asOf);
    }

    private static Dictionary<Guid, int> Places(IEnumerable<Guid> books) => books.Select((book, place) => (book, place)).ToDictionary(one => one.book, one => one.place);
}

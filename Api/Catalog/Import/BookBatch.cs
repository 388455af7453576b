using System.Data;
using System.Globalization;
using Npgsql;
using Platform.CacheMap;

namespace Platform.Api.Catalog.Import;

/// <summary>
/// Brings some books of the data set into the catalogue within one transaction: what is new is copied in, what differs is
/// updated, what is equal is not touched. A book is found again by its number in the data set, or else by its ISBN, or
/// else by title and author among the books that have no such number, so that a catalogue that knows it already does not
/// get it twice.
/// </summary>
/// <remarks>
/// What was read is compared and then written, so nobody may change it in between: the books to change are locked and
/// their versions compared once more, the authors to link to are locked and must still be there, and for identifiers the
/// unique index decides. Whoever was crossed by another writer fails with <see cref="DBConcurrencyException"/> or 23505
/// in place of overwriting; the caller repeats the whole transaction, and nothing of the failed attempt remains. READ
/// COMMITTED is enough for that, and the search documents that triggers keep need it: each statement sees what others
/// have committed.
/// </remarks>
internal sealed partial class BookBatch(NpgsqlConnection connection, IReadOnlyList<BookRow> rows, Genres genres, Guid[] genreIds, HashSet<int> withdrawn, DateTimeOffset now)
{
    private readonly Dictionary<int, Stored> _byNumber = [];
    private readonly Dictionary<Guid, string[]> _authorsOf = [];
    private readonly Dictionary<(Guid Book, string Scheme), string> _identifierOf = [];
    private readonly Dictionary<Guid, Dictionary<Guid, float?>> _genresOf = [];
    private readonly Dictionary<string, Guid> _authors = [];
    private readonly Dictionary<string, Guid> _isbnOwner = [];

    private readonly List<(Guid Id, BookFacts Facts)> _newBooks = [];
    private readonly List<(Guid Id, BookFacts Facts)> _changedBooks = [];
    private readonly List<Stored> _toChange = [];
    private readonly Dictionary<string, Guid> _newAuthors = [];
    private readonly HashSet<Guid> _oldAuthors = [];
    private readonly List<(Guid Book, Guid Author, int Position)> _newLinks = [];
    private readonly List<Guid> _relinked = [];
    private readonly List<(Guid Book, string Scheme, string Value)> _newIdentifiers = [];
    private readonly List<(Guid Book, string Scheme, string Value)> _changedIdentifiers = [];
    private readonly List<(Guid Book, Guid Category, float Weight)> _newGenres = [];
    private readonly List<Guid> _refiled = [];
    private readonly List<(int Line, string Problem)> _problems = [];

    /// <summary>What could not be stored as the file says it; valid once the transaction is committed.</summary>
    internal IReadOnlyList<(int Line, string Problem)> Problems => _problems;

    /// <summary>What the cache must be told once the transaction is committed.</summary>
    internal CacheChanges Changes { get; } = new();

    /// <summary>Reads what is stored, compares, writes the difference.</summary>
    internal async Task<ImportCounts> WriteAsync(CancellationToken cancellationToken)
    {
        await FindBooksAsync(cancellationToken);
        await FindDetailsAsync(cancellationToken);

        var counts = default(ImportCounts);
        foreach (var row in rows)
        {
            counts += Compare(row);
        }

        await LockAsync(cancellationToken);
        await WriteAuthorsAsync(cancellationToken);
        await WriteBooksAsync(cancellationToken);
        await WriteLinksAsync(cancellationToken);
        await WriteIdentifiersAsync(cancellationToken);
        await WriteGenresAsync(cancellationToken);
        return counts;
    }

    private ImportCounts Compare(BookRow row)
    {
        if (!_byNumber.TryGetValue(row.Number, out var stored) && withdrawn.Contains(row.Number))
        {
            return new(0, 0, 0, Withdrawn: 1);
        }

        var id = stored?.Id ?? Guid.CreateVersion7(now);
        // Each asks and notes: none may be skipped because another has already found a difference.
        var changed = CompareFacts(row, id, stored) | CompareAuthors(row, id, stored) | CompareIdentifiers(row, id) | CompareGenres(row, id, stored);
        if (stored is null)
        {
            return new(Added: 1, 0, 0, 0);
        }

        if (changed)
        {
            _toChange.Add(stored);
            return new(0, Changed: 1, 0, 0);
        }

        return new(0, 0, Unchanged: 1, 0);
    }

    private bool CompareFacts(BookRow row, Guid id, Stored? stored)
    {
        if (stored?.Facts == row.Facts)
        {
            return false;
        }

        (stored is null ? _newBooks : _changedBooks).Add((id, row.Facts));
        return true;
    }

    private bool CompareAuthors(BookRow row, Guid id, Stored? stored)
    {
        var before = _authorsOf.GetValueOrDefault(id, []);
        if (before.SequenceEqual(row.Authors))
        {
            return false;
        }

        if (stored is not null)
        {
            _relinked.Add(id);
        }

        for (var position = 0; position < row.Authors.Count; position++)
        {
            var name = row.Authors[position];
            if (_authors.TryGetValue(name, out var author))
            {
                _oldAuthors.Add(author);
            }
            else if (!_newAuthors.TryGetValue(name, out author))
            {
                _newAuthors[name] = author = Guid.CreateVersion7(now);
            }

            _newLinks.Add((id, author, position));
        }

        return true;
    }

    private bool CompareIdentifiers(BookRow row, Guid id)
    {
        var changed = false;
        foreach (var (scheme, value) in IsbnsOf(row).Prepend((IdentifierScheme.Goodbooks, Text(row.Number))))
        {
            var before = _identifierOf.GetValueOrDefault((id, scheme));
            if (before == value)
            {
                continue;
            }

            if (scheme != IdentifierScheme.Goodbooks && !_isbnOwner.TryAdd(value, id) && _isbnOwner[value] != id)
            {
                _problems.Add((row.Line, $"{scheme} {value} of book {row.Number} belongs to another book already"));
                continue;
            }

            (before is null ? _newIdentifiers : _changedIdentifiers).Add((id, scheme, value));
            changed = true;
        }

        return changed;
    }

    private bool CompareGenres(BookRow row, Guid id, Stored? stored)
    {
        // No sound row says nothing, which is not the same as no genre.
        if (genres.Of(row.Number) is not { } wanted)
        {
            return false;
        }

        var before = _genresOf.GetValueOrDefault(id, []);
        if (before.Count == wanted.Count && wanted.All(w => before.TryGetValue(genreIds[w.Genre], out var weight) && weight == w.Weight))
        {
            return false;
        }

        if (stored is not null)
        {
            _refiled.Add(id);
        }

        _newGenres.AddRange(wanted.Select(w => (id, genreIds[w.Genre], w.Weight)));
        return true;
    }

    private static IEnumerable<(string Scheme, string Value)> IsbnsOf(BookRow row)
    {
        if (row.Isbn != default)
        {
            yield return (IdentifierScheme.Isbn13, row.Isbn.Isbn13);
            if (row.Isbn.Isbn10 is { } isbn10)
            {
                yield return (IdentifierScheme.Isbn10, isbn10);
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using Npgsql;

namespace Platform.Api.Catalog.Import;

// What of a batch is in the catalogue already.
internal sealed partial class BookBatch
{
    private async Task FindBooksAsync(CancellationToken cancellationToken)
    {
        var isbns = rows.SelectMany(IsbnsOf).Select(i => i.Value).ToArray();
        await ReadAsync("""
            SELECT value, book_id FROM catalog.book_identifiers
            WHERE scheme IN ('isbn10', 'isbn13') AND value = ANY ($1) AND released_at IS NULL
            """, reader => _isbnOwner[reader.GetString(0)] = reader.GetGuid(1), [isbns], cancellationToken);

        // Of two live people with one name the one who was here first.
        var names = rows.SelectMany(r => r.Authors).Distinct().ToArray();
        await ReadAsync("SELECT name, id FROM catalog.authors WHERE name = ANY ($1) AND deleted_at IS NULL ORDER BY id DESC",
            reader => _authors[reader.GetString(0)] = reader.GetGuid(1), [names], cancellationToken);

        await ReadStoredAsync($"""
            SELECT {Stored.Columns}, i.value, NULL
            FROM catalog.book_identifiers i JOIN catalog.books b ON b.id = i.book_id
            WHERE i.scheme = 'goodbooks' AND i.value = ANY ($1) AND i.released_at IS NULL
            """, stored => _byNumber[stored.Number!.Value] = stored, [rows.Select(r => Text(r.Number)).ToArray()]);

        var unknown = rows.Where(r => !_byNumber.ContainsKey(r.Number)).ToList();
        var numberless = new Dictionary<Guid, Stored>();
        var byTitle = new Dictionary<(string Title, string Author), Guid>();
        await ReadStoredAsync($"""
            WITH candidate AS (
                SELECT ba.book_id FROM catalog.authors a JOIN catalog.book_authors ba ON ba.author_id = a.id
                WHERE a.name = ANY ($1) AND a.deleted_at IS NULL
                UNION
                SELECT book_id FROM catalog.book_identifiers
                WHERE scheme IN ('isbn10', 'isbn13') AND value = ANY ($2) AND released_at IS NULL)
            SELECT {Stored.Columns}, NULL, a.name
            FROM candidate c
            JOIN catalog.books b ON b.id = c.book_id
            LEFT JOIN catalog.book_authors ba ON ba.book_id = b.id
            LEFT JOIN catalog.authors a ON a.id = ba.author_id
            WHERE b.deleted_at IS NULL
              AND NOT EXISTS (SELECT FROM catalog.book_identifiers i
                              WHERE i.book_id = b.id AND i.scheme = 'goodbooks' AND i.released_at IS NULL)
            ORDER BY b.id
            """, stored =>
            {
                numberless[stored.Id] = stored;
                if (stored.Author is not null)
                {
                    byTitle.TryAdd((Fold(stored.Facts.Title), stored.Author), stored.Id);
                }
            }, [unknown.SelectMany(r => r.Authors).Distinct().ToArray(), isbns]);

        foreach (var row in unknown)
        {
            var same = IsbnsOf(row).Select(i => _isbnOwner.GetValueOrDefault(i.Value)).Where(numberless.ContainsKey).FirstOrDefault();
            if (same == default)
            {
                same = row.Authors.Select(author => byTitle.GetValueOrDefault((Fold(row.Facts.Title), author))).FirstOrDefault(numberless.ContainsKey);
            }

            // Taken once: a second row with the same title is another book.
            if (same != default && numberless.Remove(same, out var stored))
            {
                _byNumber[row.Number] = stored;
            }
        }

        Task ReadStoredAsync(string query, Action<Stored> use, object[] parameters) =>
            ReadAsync(query, reader => use(Stored.Read(reader)), parameters, cancellationToken);
    }

    private async Task FindDetailsAsync(CancellationToken cancellationToken)
    {
        if (_byNumber.Count == 0)
        {
            return;
        }

        var ids = _byNumber.Values.Select(b => b.Id).ToArray();
        await ReadAsync("""
            SELECT ba.book_id, array_agg(a.name ORDER BY ba.position) FROM catalog.book_authors ba
            JOIN catalog.authors a ON a.id = ba.author_id WHERE ba.book_id = ANY ($1) GROUP BY 1
            """, reader => _authorsOf[reader.GetGuid(0)] = reader.GetFieldValue<string[]>(1), [ids], cancellationToken);
        await ReadAsync("SELECT book_id, scheme, value FROM catalog.book_identifiers WHERE book_id = ANY ($1) AND released_at IS NULL",
            reader => _identifierOf[(reader.GetGuid(0), reader.GetString(1))] = reader.GetString(2), [ids], cancellationToken);
        await ReadAsync("SELECT book_id, category_id, weight FROM catalog.book_categories WHERE book_id = ANY ($1) AND category_id = ANY ($2)",
            reader =>
            {
                var id = reader.GetGuid(0);
                _genresOf.TryAdd(id, []);
                _genresOf[id][reader.GetGuid(1)] = reader.IsDBNull(2) ? null : reader.GetFloat(2);
            }, [ids, genreIds], cancellationToken);
    }

    private async Task ReadAsync(string query, Action<NpgsqlDataReader> use, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(query, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            use(reader);
        }
    }

    /// <summary>What two catalogues spell alike of a title: letters and digits, no article in front, no "; or, …" behind.</summary>
    private static string Fold(string title)
    {
        var words = title.Split(';')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var first = words is ["The" or "A" or "An", _, ..] ? 1 : 0;
        return string.Concat(words.Skip(first).SelectMany(word => word).Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant));
    }

    /// <summary>A book that is there already; <paramref name="Author"/> is one of its authors where the query asked for one.</summary>
    private sealed record Stored(Guid Id, BookFacts Facts, uint Version, int? Number, string? Author)
    {
        internal const string Columns = """
            b.id, b.title, b.original_title, b.series_name, b.series_number, b.language, b.published_year, b.cover_url, b.average_rating, b.ratings_count, b.xmin
            """;

        /// <summary>Reads <see cref="Columns"/>, the number in the data set and an author.</summary>
        internal static Stored Read(NpgsqlDataReader reader) => new(
            reader.GetGuid(0),
            new BookFacts(reader.GetString(1), reader.TextOrNull(2), reader.TextOrNull(3), reader.IsDBNull(4) ? null : reader.GetDecimal(4),
                reader.TextOrNull(5), reader.IsDBNull(6) ? null : reader.GetInt32(6), reader.TextOrNull(7),
                reader.IsDBNull(8) ? null : reader.GetDecimal(8), reader.GetInt64(9)),
            reader.GetFieldValue<uint>(10),
            reader.IsDBNull(11) ? null : int.Parse(reader.GetString(11), CultureInfo.InvariantCulture),
            reader.TextOrNull(12));
    }
}

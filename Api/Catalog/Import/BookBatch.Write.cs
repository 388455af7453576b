using System.Data;
using NpgsqlTypes;

namespace Platform.Api.Catalog.Import;

// The difference, written: one statement a table and kind, so that triggers on statements run once.
internal sealed partial class BookBatch
{
    private async Task LockAsync(CancellationToken cancellationToken)
    {
        if (_toChange.Count > 0)
        {
            var versions = new Dictionary<Guid, uint>();
            await ReadAsync("SELECT id, xmin FROM catalog.books WHERE id = ANY ($1) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE",
                reader => versions[reader.GetGuid(0)] = reader.GetFieldValue<uint>(1), [_toChange.Select(b => b.Id).ToArray()], cancellationToken);
            Must(_toChange.All(b => versions.TryGetValue(b.Id, out var version) && version == b.Version));
        }

        if (_oldAuthors.Count > 0)
        {
            var live = 0;
            await ReadAsync("SELECT FROM catalog.authors WHERE id = ANY ($1) AND deleted_at IS NULL ORDER BY id FOR SHARE",
                _ => live++, [_oldAuthors.ToArray()], cancellationToken);
            Must(live == _oldAuthors.Count);
        }

        static void Must(bool unchanged)
        {
            if (!unchanged)
            {
                throw new DBConcurrencyException("Somebody changed the catalogue meanwhile.");
            }
        }
    }

    private async Task WriteAuthorsAsync(CancellationToken cancellationToken)
    {
        Changes.AddRows("catalog.authors", "id", _newAuthors.Values);
        await connection.CopyAsync("COPY catalog.authors (id, name, created_at, updated_at) FROM STDIN (FORMAT BINARY)", _newAuthors, async (copy, author) =>
        {
            await copy.WriteAsync(author.Value, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(author.Key, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);
    }

    private async Task WriteBooksAsync(CancellationToken cancellationToken)
    {
        Changes.AddRows("catalog.books", "id", _newBooks.Concat(_changedBooks).Select(b => b.Id));
        await connection.CopyAsync("""
            COPY catalog.books (id, title, original_title, series_name, series_number, language, published_year, cover_url, average_rating,
                                ratings_count, created_at, updated_at) FROM STDIN (FORMAT BINARY)
            """, _newBooks, async (copy, book) =>
        {
            await copy.WriteAsync(book.Id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(book.Facts.Title, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteOrNullAsync(book.Facts.OriginalTitle, cancellationToken);
            await copy.WriteOrNullAsync(book.Facts.SeriesName, cancellationToken);
            await copy.WriteOrNullAsync(book.Facts.SeriesNumber, NpgsqlDbType.Numeric, cancellationToken);
            await copy.WriteOrNullAsync(book.Facts.Language, cancellationToken);
            await copy.WriteOrNullAsync(book.Facts.PublishedYear, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteOrNullAsync(book.Facts.CoverUrl, cancellationToken);
            await copy.WriteOrNullAsync(book.Facts.AverageRating, NpgsqlDbType.Numeric, cancellationToken);
            await copy.WriteAsync(book.Facts.RatingsCount, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);

        if (_changedBooks.Count > 0)
        {
            await ExecuteAsync("""
                UPDATE catalog.books b SET title = n.title, original_title = n.original_title, series_name = n.series_name,
                    series_number = n.series_number, language = n.language, published_year = n.published_year, cover_url = n.cover_url,
                    average_rating = n.average_rating, ratings_count = n.ratings_count, updated_at = $11
                FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::int[], $8::text[], $9::numeric[], $10::bigint[])
                    AS n (id, title, original_title, series_name, series_number, language, published_year, cover_url, average_rating, ratings_count)
                WHERE b.id = n.id
                """, [
                Column(b => b.Id), Column(b => b.Facts.Title), Column(b => b.Facts.OriginalTitle), Column(b => b.Facts.SeriesName),
                Column(b => b.Facts.SeriesNumber), Column(b => b.Facts.Language), Column(b => b.Facts.PublishedYear), Column(b => b.Facts.CoverUrl),
                Column(b => b.Facts.AverageRating), Column(b => b.Facts.RatingsCount), now,
            ], cancellationToken);
        }

        T[] Column<T>(Func<(Guid Id, BookFacts Facts), T> value) => [.. _changedBooks.Select(value)];
    }

    private async Task WriteLinksAsync(CancellationToken cancellationToken)
    {
        Changes.AddRows("catalog.book_authors", "book_id", _relinked.Concat(_newLinks.Select(l => l.Book)));
        if (_relinked.Count > 0)
        {
            await ExecuteAsync("DELETE FROM catalog.book_authors WHERE book_id = ANY ($1)", [_relinked.ToArray()], cancellationToken);
        }

        await connection.CopyAsync("COPY catalog.book_authors (book_id, author_id, position) FROM STDIN (FORMAT BINARY)", _newLinks, async (copy, link) =>
        {
            await copy.WriteAsync(link.Book, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(link.Author, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(link.Position, NpgsqlDbType.Integer, cancellationToken);
        }, cancellationToken);
    }

    private async Task WriteIdentifiersAsync(CancellationToken cancellationToken)
    {
        var before = _changedIdentifiers.Select(i => (i.Book, i.Scheme, Value: _identifierOf[(i.Book, i.Scheme)]));
        foreach (var (book, scheme, value) in before.Concat(_changedIdentifiers).Concat(_newIdentifiers))
        {
            Changes.AddRow("catalog.book_identifiers", column => column switch { "book_id" => book, "scheme" => scheme, "value" => value, _ => null });
        }

        if (_changedIdentifiers.Count > 0)
        {
            await ExecuteAsync("""
                UPDATE catalog.book_identifiers i SET value = n.value
                FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (book_id, scheme, value)
                WHERE i.book_id = n.book_id AND i.scheme = n.scheme
                """, [
                _changedIdentifiers.Select(i => i.Book).ToArray(), _changedIdentifiers.Select(i => i.Scheme).ToArray(),
                _changedIdentifiers.Select(i => i.Value).ToArray(),
            ], cancellationToken);
        }

        await connection.CopyAsync("COPY catalog.book_identifiers (book_id, scheme, value) FROM STDIN (FORMAT BINARY)", _newIdentifiers, async (copy, identifier) =>
        {
            await copy.WriteAsync(identifier.Book, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(identifier.Scheme, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(identifier.Value, NpgsqlDbType.Text, cancellationToken);
        }, cancellationToken);
    }

    private async Task WriteGenresAsync(CancellationToken cancellationToken)
    {
        Changes.AddRows("catalog.book_categories", "book_id", _refiled.Concat(_newGenres.Select(g => g.Book)));
        if (_refiled.Count > 0)
        {
            await ExecuteAsync("DELETE FROM catalog.book_categories WHERE book_id = ANY ($1) AND category_id = ANY ($2)",
                [_refiled.ToArray(), genreIds], cancellationToken);
        }

        await connection.CopyAsync("COPY catalog.book_categories (book_id, category_id, weight) FROM STDIN (FORMAT BINARY)", _newGenres, async (copy, genre) =>
        {
            await copy.WriteAsync(genre.Book, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(genre.Category, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(genre.Weight, NpgsqlDbType.Real, cancellationToken);
        }, cancellationToken);
    }

    private async Task ExecuteAsync(string statement, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(statement, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

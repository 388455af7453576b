using Npgsql;
using NpgsqlTypes;
using Platform.CacheMap;

namespace Platform.Api.Catalog.Import;

/// <summary>
/// Brings some ratings into <c>store.reviews</c> within one transaction, and their readers, named
/// <c>goodbooks-&lt;number&gt;</c>, into <c>identity.users</c>. A reader or
/// rating that somebody else adds meanwhile fails it with 23505: the caller repeats the transaction.
/// </summary>
/// <param name="connection">A connection with a transaction.</param>
/// <param name="rows">The ratings, no reader and book twice.</param>
/// <param name="readers">Readers known from batches committed before, by their number.</param>
/// <param name="now">What new rows are dated with.</param>
internal sealed class RatingBatch(NpgsqlConnection connection, IReadOnlyList<(RatingRow Rating, Guid Book)> rows, IReadOnlyDictionary<int, Guid> readers, DateTimeOffset now)
{
    private readonly Dictionary<int, Guid> _newReaders = [];

    /// <summary>Readers that this batch has made; valid once the transaction is committed.</summary>
    internal IReadOnlyDictionary<int, Guid> NewReaders => _newReaders;

    /// <summary>The readers that are there already, by their number.</summary>
    internal static async Task<Dictionary<int, Guid>> FindReadersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var readers = new Dictionary<int, Guid>();
        await using var command = connection.Command("SELECT substr(user_name, 11)::int, id FROM identity.users WHERE user_name ~ '^goodbooks-[1-9][0-9]{0,8}$'", []);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            readers[reader.GetInt32(0)] = reader.GetGuid(1);
        }

        return readers;
    }

    /// <summary>Reads what is stored, compares, writes the difference.</summary>
    internal async Task<ImportCounts> WriteAsync(CancellationToken cancellationToken)
    {
        // Of users nothing is cached but what concerns sessions, and who is new has none.
        await using (var say = connection.Command($"SELECT pg_logical_emit_message(true, '{CacheMapping.NothingCached}', '')", []))
        {
            await say.ExecuteNonQueryAsync(cancellationToken);
        }

        var stored = await FindReviewsAsync(cancellationToken);
        var added = new List<(Guid Book, Guid User, short Rating)>();
        var changed = new List<(Guid Review, short Rating)>();
        foreach (var (row, book) in rows)
        {
            var user = ReaderOf(row.Reader);
            if (!stored.TryGetValue((book, user), out var review))
            {
                added.Add((book, user, row.Rating));
            }
            else if (review.Rating != row.Rating)
            {
                changed.Add((review.Id, row.Rating));
            }
        }

        await connection.CopyAsync("COPY identity.users (id, user_name, normalized_user_name, created_at) FROM STDIN (FORMAT BINARY)", _newReaders, async (copy, reader) =>
        {
            await copy.WriteAsync(reader.Value, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync($"goodbooks-{reader.Key}", NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync($"GOODBOOKS-{reader.Key}", NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);

        await connection.CopyAsync("COPY store.reviews (id, book_id, user_id, rating, created_at) FROM STDIN (FORMAT BINARY)", added, async (copy, review) =>
        {
            await copy.WriteAsync(Guid.CreateVersion7(now), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(review.Book, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(review.User, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(review.Rating, NpgsqlDbType.Smallint, cancellationToken);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken);
        }, cancellationToken);

        if (changed.Count > 0)
        {
            await using var command = connection.Command("""
                UPDATE store.reviews r SET rating = n.rating FROM unnest($1::uuid[], $2::smallint[]) AS n (id, rating) WHERE r.id = n.id
                """, [changed.Select(r => r.Review).ToArray(), changed.Select(r => r.Rating).ToArray()]);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return new(added.Count, changed.Count, rows.Count - added.Count - changed.Count, 0);
    }

    private async Task<Dictionary<(Guid Book, Guid User), (Guid Id, short Rating)>> FindReviewsAsync(CancellationToken cancellationToken)
    {
        var stored = new Dictionary<(Guid, Guid), (Guid, short)>();
        var known = rows.Where(r => readers.ContainsKey(r.Rating.Reader)).ToList();
        if (known.Count == 0)
        {
            return stored;
        }

        await using var command = connection.Command("""
            SELECT r.book_id, r.user_id, r.id, r.rating
            FROM unnest($1::uuid[], $2::uuid[]) AS k (book_id, user_id) JOIN store.reviews r USING (book_id, user_id)
            """, [known.Select(r => r.Book).ToArray(), known.Select(r => readers[r.Rating.Reader]).ToArray()]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            stored[(reader.GetGuid(0), reader.GetGuid(1))] = (reader.GetGuid(2), reader.GetInt16(3));
        }

        return stored;
    }

    private Guid ReaderOf(int number)
    {
        if (!readers.TryGetValue(number, out var id) && !_newReaders.TryGetValue(number, out id))
        {
            _newReaders[number] = id = Guid.CreateVersion7(now);
        }

        return id;
    }
}

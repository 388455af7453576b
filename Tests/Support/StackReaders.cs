using Npgsql;

namespace Platform.Tests.Support;

/// <summary>Readers of two kinds, each of whom has read most of one half of the catalogue: enough for a recommendation model to be learned from.</summary>
internal static class StackReaders
{
    /// <summary>Adds them when they are not there.</summary>
    /// <param name="admin">A connection string of somebody who may write everything.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task AddAsync(string admin, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(admin);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(Statements, connection, transaction))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    // As the Api writes what readers tell (InteractionLog): a row, and a message for whoever reads the log.
    private const string Statements = """
        INSERT INTO identity.users (id, user_name, normalized_user_name, email_confirmed, lockout_enabled, access_failed_count, created_at)
        SELECT gen_random_uuid(), 'stack-reader-' || n, 'STACK-READER-' || n, false, false, 0, now() FROM generate_series(1, 60) AS n
        ON CONFLICT DO NOTHING;
        WITH books AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM catalog.books WHERE deleted_at IS NULL),
        readers AS (SELECT id, substr(user_name, 14)::int AS n FROM identity.users WHERE user_name LIKE 'stack-reader-%'),
        told AS (
            INSERT INTO telemetry.interactions (id, kind, user_id, book_id, shelf, at)
            SELECT gen_random_uuid(), 'shelf-add', r.id, b.id, 'read', now()
            FROM readers r JOIN books b ON b.n % 2 = r.n % 2 AND (b.n * 7 + r.n * 3) % 5 < 3
            WHERE NOT EXISTS (SELECT FROM telemetry.interactions i WHERE i.user_id = r.id)
            RETURNING *)
        SELECT pg_logical_emit_message(true, 'platform.interaction',
            json_build_object('kind', kind, 'id', id, 'user_id', user_id, 'book_id', book_id, 'shelf', shelf, 'at', at)::text)
        FROM told
        """;
}

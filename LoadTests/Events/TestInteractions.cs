using System.Text.Json;
using Npgsql;
using Platform.Analytics.Events;

namespace Platform.LoadTests.Events;

/// <summary>Interactions as the Api takes them: each a row and a message.</summary>
internal static class TestInteractions
{
    private const string Add = """
        WITH row AS (
            INSERT INTO telemetry.interactions (id, kind, user_id, book_id, at) SELECT i, 'view', u, $3, now() FROM unnest($1, $2) AS s (i, u) RETURNING id, user_id, book_id, at
        )
        SELECT count(pg_logical_emit_message(true, 'platform.interaction',
            json_build_object('kind', 'view', 'id', id, 'user_id', user_id, 'book_id', book_id, 'at', at)::text)) FROM row
        """;

    /// <summary>Makes a book, and users whose ids are known.</summary>
    internal static async Task<(Guid Book, Guid[] Users)> PrepareAsync(NpgsqlDataSource source, int users, CancellationToken cancellationToken)
    {
        var (book, ids) = (Guid.CreateVersion7(), Enumerable.Range(0, users).Select(_ => Guid.CreateVersion7()).ToArray());
        await using var command = source.CreateCommand("""
            INSERT INTO identity.users (id, user_name, normalized_user_name, created_at) SELECT u, u, upper(u::text), now() FROM unnest($1) u
            """);
        command.Parameters.Add(new() { Value = ids });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await using var add = source.CreateCommand("INSERT INTO catalog.books (id, title, created_at, updated_at) VALUES ($1, 'Emma', now(), now())");
        add.Parameters.Add(new() { Value = book });
        await add.ExecuteNonQueryAsync(cancellationToken);
        return (book, ids);
    }

    /// <summary>Commits one for each of some users, in one transaction.</summary>
    internal static async Task CommitAsync(NpgsqlDataSource source, Guid book, Guid[] users, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(Add);
        command.Parameters.Add(new() { Value = users.Select(_ => Guid.CreateVersion7()).ToArray() });
        command.Parameters.Add(new() { Value = users });
        command.Parameters.Add(new() { Value = book });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The event that one of them becomes, for whoever writes it without reading it.</summary>
    internal static AnalyticsEvent Event(Guid book, Guid user, int number) => new($"{number}-1", $"user:{user}", "interaction.view", TimeProvider.System.GetUtcNow(), $"{number:x16}-1-00000001",
        JsonSerializer.SerializeToElement(new { id = Guid.CreateVersion7(), user_id = user, book_id = book, at = TimeProvider.System.GetUtcNow() }));
}

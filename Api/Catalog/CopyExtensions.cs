using Npgsql;
using NpgsqlTypes;

namespace Platform.Api.Catalog;

/// <summary>COPY and commands by hand, where rows come in bulk and EF would write each by a statement of its own.</summary>
internal static class CopyExtensions
{
    /// <summary>Copies rows into a table in the binary format; no rows is no statement.</summary>
    internal static async Task CopyAsync<T>(this NpgsqlConnection connection, string copyFrom, IReadOnlyCollection<T> rows,
        Func<NpgsqlBinaryImporter, T, Task> write, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await using var copy = await connection.BeginBinaryImportAsync(copyFrom, cancellationToken);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            await write(copy, row);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>Writes a text or NULL.</summary>
    internal static Task WriteOrNullAsync(this NpgsqlBinaryImporter copy, string? value, CancellationToken cancellationToken) =>
        value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, NpgsqlDbType.Text, cancellationToken);

    /// <summary>Writes a value or NULL.</summary>
    internal static Task WriteOrNullAsync<T>(this NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct =>
        value is { } known ? copy.WriteAsync(known, type, cancellationToken) : copy.WriteNullAsync(cancellationToken);

    /// <summary>A text column that may be NULL.</summary>
    internal static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A command with positional parameters.</summary>
    internal static NpgsqlCommand Command(this NpgsqlConnection connection, string text, object[] parameters)
    {
#pragma warning disable CA2100 // callers pass constants
        var command = new NpgsqlCommand(text, connection);
#pragma warning restore CA2100
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}

using Npgsql;

namespace Platform.LoadTests;

/// <summary>What people type, made from the titles that are there: always the same for the same books.</summary>
internal static class SearchQueries
{
    private const int OfEachKind = 60;

    // The words that are in the most titles, alone and together: what costs a search the most.
    private static readonly string[] Common =
    [
        "the", "love", "a", "of", "the house", "love night", "the love of", "night of the house", "the last", "a love in the night", "the great world of time",
        "t", "th", "lo", "the lov", "story", "dark", "fantasy", "fantasy love", "last story of the king", "girl in the dark", "in the", "the of and", "secret history", "the world",
    ];

    internal sealed record Query(string Kind, string Text);

    internal static async Task<List<Query>> MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Every so-many-th book by a hash of its id, so that neither order nor popularity has a say.
        await using var command = new NpgsqlCommand("""
            SELECT b.title, b.series_name, b.series_number::int::text, (SELECT a.name FROM catalog.book_authors l JOIN catalog.authors a ON a.id = l.author_id WHERE l.book_id = b.id ORDER BY l.position LIMIT 1)
            FROM (SELECT * FROM catalog.books TABLESAMPLE BERNOULLI (least(100, 200000.0 / greatest((SELECT count(*) FROM catalog.books), 1))) REPEATABLE (7) WHERE deleted_at IS NULL) b
            ORDER BY md5(b.id::text) LIMIT $1
            """, connection) { Parameters = { new() { Value = OfEachKind * 6 } } };
        var queries = new List<Query>(Common.Select(text => new Query("common", text)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        for (var n = 0; await reader.ReadAsync(cancellationToken); n++)
        {
            var title = reader.GetString(0);
            title = title.Length > 150 ? title[..150] : title;
            queries.Add((n % 6) switch
            {
                0 => new("exact", title),
                1 => new("typo", WithTypo(title, title.Length / 2)),
                2 => new("two typos", WithTypo(WithTypo(title, title.Length / 3), title.Length * 2 / 3)),
                3 => new("prefix", title[..Math.Max(1, title.Length * 3 / 5)]),
                4 when !reader.IsDBNull(1) && !reader.IsDBNull(2) => new("series", $"{reader.GetString(1)} {reader.GetString(2)}"),
                _ => new("author", $"{(reader.IsDBNull(3) ? "" : reader.GetString(3).Split(' ')[^1])} {title.Split(' ')[^1]}"),
            });
        }

        return [.. queries.Where(q => q.Text.Any(char.IsLetterOrDigit)).DistinctBy(q => q.Text)];
    }

    internal static string WithTypo(string text, int at) => at % 2 == 0 ? text.Remove(at, 1) : text[..at] + "x" + text[(at + 1)..];
}

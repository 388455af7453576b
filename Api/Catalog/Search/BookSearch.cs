using System.Data;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Npgsql;
using NpgsqlTypes;
using Pgvector;
using Platform.Api.Catalog.Authors;
using Platform.Api.Catalog.Books;
using Platform.Api.Data;
using Platform.Api.Embeddings;
using Platform.Api.Http;

namespace Platform.Api.Catalog.Search;

/// <summary>Searches the catalogue: one round trip to <c>catalog.search_books</c> a search.</summary>
internal sealed class BookSearch(PlatformDbContext db, IEmbeddingGenerator<string, Embedding<float>> embeddings, Nearness nearness, TimeProvider clock)
{
    /// <summary>How long the last search took inside the database, in milliseconds.</summary>
    internal double DatabaseMilliseconds { get; private set; }

    internal async Task<SearchAnswer> FindAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var words = query.Mode == "vector" ? null : query.Words;
        var meaning = query.Mode == "text" ? null : new Vector(await embeddings.GenerateVectorAsync(query.Words, cancellationToken: cancellationToken));
        var rows = await ReadAsync(words, meaning, query.Limit ?? Page.DefaultLimit, query, cancellationToken);
        return new SearchAnswer(
            rows.ConvertAll(r => new SearchAnswer.Item(r.Book, Math.Round(r.Score, 4), new(Marked(r.TitleHtml), Marked(r.AuthorsHtml), Marked(r.DescriptionHtml)))),
            rows is [{ Facets: { } facets }, ..] ? JsonSerializer.Deserialize<SearchAnswer.FacetCounts>(facets, JsonSerializerOptions.Web)! : SearchAnswer.FacetCounts.None,
            Took(started));
    }

    /// <param name="q">What has been typed so far.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the statement.</param>
    internal async Task<Suggestions> SuggestAsync(string q, int limit, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var rows = await ReadAsync(q, meaning: null, limit, filters: null, cancellationToken);
        return new Suggestions(rows.ConvertAll(r => new Suggestions.Item(r.Book.Id, r.Book.Title, r.Book.Authors, r.TitleHtml)), Took(started));
    }

    private async Task<List<Row>> ReadAsync(string? words, Vector? meaning, int take, SearchQuery? filters, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = Command((NpgsqlConnection)db.Database.GetDbConnection(), words, meaning, embeddings.ModelId(), nearness, take, filters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Row>(take);
        while (await reader.ReadAsync(cancellationToken))
        {
            var authors = reader.GetFieldValue<Guid[]>("author_ids").Zip(reader.GetFieldValue<string[]>("author_names"), (id, name) => new AuthorName(id, name));
            rows.Add(new Row(
                new BookSummary(reader.GetGuid("id"), reader.GetString("title"), reader["subtitle"] as string, [.. authors],
                    reader["language"] as string, reader.GetFieldValue<int?>("published_year"), reader.GetFieldValue<decimal?>("average_rating"),
                    reader.GetInt64("ratings_count"), reader["cover_url"] as string),
                reader.GetFloat("score"), reader.GetString("title_html"), reader["authors_html"] as string,
                reader["description_html"] as string, reader["facets"] as string, reader.GetFieldValue<double?>("database_ms")));
        }

        DatabaseMilliseconds = rows is [{ DatabaseMs: { } ms }, ..] ? ms : 0;
        return rows;
    }

    /// <summary>The statement of every search.</summary>
    /// <param name="connection">Where it runs.</param>
    /// <param name="words">What is compared with words; null compares meaning alone.</param>
    /// <param name="meaning">The embedding that is compared with those of books; null compares words alone.</param>
    /// <param name="model">That made the embedding.</param>
    /// <param name="nearness">From where on a book answers by meaning, where words are compared, too.</param>
    /// <param name="take">At most so many rows.</param>
    /// <param name="filters">What else must be so; null counts no facets either, which are for those who can filter by them.</param>
    internal static NpgsqlCommand Command(NpgsqlConnection connection, string? words, Vector? meaning, string model, Nearness nearness, int take, SearchQuery? filters) =>
        new("SELECT * FROM catalog.search_books($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", connection)
        {
            Parameters =
            {
                Text(words),
                new() { Value = meaning ?? (object)DBNull.Value, DataTypeName = "vector" },
                Text(model),
                new NpgsqlParameter<float> { TypedValue = nearness.LeastCosine },
                new NpgsqlParameter<int> { TypedValue = take },
                new NpgsqlParameter<bool> { TypedValue = filters is not null },
                Text(filters?.Category),
                new() { Value = filters?.Author ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                Text(filters?.LanguageTag),
                new() { Value = filters?.YearFrom ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
                new() { Value = filters?.YearTo ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
            },
        };

    private static NpgsqlParameter Text(string? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static string? Marked(string? html) => html?.Contains("<mark>", StringComparison.Ordinal) is true ? html : null;

    private double Took(long started) => Math.Round(clock.GetElapsedTime(started).TotalMilliseconds, 3);

    private sealed record Row(
        BookSummary Book, float Score, string TitleHtml, string? AuthorsHtml, string? DescriptionHtml, string? Facets, double? DatabaseMs);
}

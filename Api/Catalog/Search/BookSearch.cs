using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Pgvector;
using Platform.Api.Catalog.Authors;
using Platform.Api.Catalog.Books;
using Platform.Api.Data;
using Platform.Api.Http;

namespace Platform.Api.Catalog.Search;

/// <summary>Searches the catalogue: one round trip to <c>catalog.search_books</c> a search.</summary>
internal sealed class BookSearch(PlatformDbContext db, TimeProvider clock, IEmbeddingGenerator<string, Embedding<float>>? embeddings = null)
{
    internal async Task<SearchAnswer> FindAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var words = query.Mode == "vector" ? null : query.Q;
        var meaning = query.Mode == "text" || embeddings is null ? null : new Vector(await embeddings.GenerateVectorAsync(query.Q!, cancellationToken: cancellationToken));
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT * FROM catalog.search_books({words}::text, {meaning}::vector, {query.Limit ?? Page.DefaultLimit}, true,
                {query.Category}::text, {query.Author}::uuid, {query.LanguageTag}::text, {query.YearFrom}::int, {query.YearTo}::int)
            """).ToListAsync(cancellationToken);
        return new SearchAnswer(
            rows.ConvertAll(r => new SearchAnswer.Item(r.ToBook(), Math.Round(r.Score, 4), new(Marked(r.TitleHtml), Marked(r.AuthorsHtml), Marked(r.DescriptionHtml)))),
            rows is [{ Facets: { } facets }, ..] ? JsonSerializer.Deserialize<SearchAnswer.FacetCounts>(facets, JsonSerializerOptions.Web)! : SearchAnswer.FacetCounts.None,
            Took(rows, started));
    }

    /// <param name="q">What has been typed so far.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the statement.</param>
    internal async Task<Suggestions> SuggestAsync(string q, int limit, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT * FROM catalog.search_books({q}::text, NULL, {limit}, false, NULL, NULL, NULL, NULL, NULL)
            """).ToListAsync(cancellationToken);
        return new Suggestions(rows.ConvertAll(r => new Suggestions.Item(r.Id, r.Title, r.Authors(), r.TitleHtml)), Took(rows, started));
    }

    private static string? Marked(string? html) => html?.Contains("<mark>", StringComparison.Ordinal) is true ? html : null;

    private SearchAnswer.Duration Took(List<Row> rows, long started) =>
        new(Math.Round(rows is [{ DatabaseMs: { } ms }, ..] ? ms : 0, 3), Math.Round(clock.GetElapsedTime(started).TotalMilliseconds, 3));

    /// <summary>A row of <c>catalog.search_books</c>.</summary>
    private sealed record Row(
        Guid Id, string Title, string? Subtitle, Guid[] AuthorIds, string[] AuthorNames, string? Language, int? PublishedYear, decimal? AverageRating,
        long RatingsCount, string? CoverUrl, float Score, string TitleHtml, string? AuthorsHtml, string? DescriptionHtml, string? Facets, double? DatabaseMs)
    {
        internal List<AuthorName> Authors() => [.. AuthorIds.Zip(AuthorNames, (id, name) => new AuthorName(id, name))];

        internal BookSummary ToBook() => new(Id, Title, Subtitle, Authors(), Language, PublishedYear, AverageRating, RatingsCount, CoverUrl);
    }
}

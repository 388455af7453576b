using System.ComponentModel;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Catalog.Authors;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.CacheMap;

namespace Platform.Api.Catalog.Books;

/// <summary>A book with all that the catalogue says of it.</summary>
internal sealed record BookDetails(
    Guid Id,
    string Title,
    string? Subtitle,
    [property: Description("In the order of the title page.")] IReadOnlyList<AuthorName> Authors,
    [property: Description("By name.")] IReadOnlyList<BookDetails.CategoryName> Categories,
    [property: Description("BCP 47.")] string? Language,
    [property: Description("Year of first publication; negative is BC.")] int? PublishedYear,
    string? Publisher,
    string? Description,
    BookDetails.BookNumbers Identifiers,
    [property: Description("0 to 5.")] decimal? AverageRating,
    long RatingsCount,
    string? CoverUrl,
    [property: Description("By language.")] IReadOnlyList<BookDetails.TranslatedText> Translations)
{
    internal sealed record CategoryName(Guid Id, string Name);

    /// <summary>The numbers a book is known by; null where it has none.</summary>
    internal sealed record BookNumbers(string? Isbn10, string? Isbn13, string? Goodbooks);

    internal sealed record TranslatedText([property: Description("BCP 47.")] string Language, string Title, string? Description);

    /// <summary>Reads a live book.</summary>
    /// <returns>Null when there is none.</returns>
    internal static async Task<BookDetails?> FindAsync(PlatformDbContext db, Guid id, CancellationToken cancellationToken)
    {
        // One statement, so that all parts are of one moment and an ETag never stands for a mixture; and one row, where
        // joins would repeat the description for each pair of author and category.
        var rows = await db.Database.SqlQuery<Row>($$"""
            SELECT b.id AS "Id", b.title AS "Title", b.subtitle AS "Subtitle", b.language AS "Language",
                b.published_year AS "PublishedYear", b.publisher AS "Publisher", b.description AS "Description",
                b.average_rating AS "AverageRating", b.ratings_count AS "RatingsCount", b.cover_url AS "CoverUrl",
                (SELECT json_agg(json_build_object('id', a.id, 'name', a.name) ORDER BY ba.position, a.id)::text
                   FROM catalog.book_authors ba JOIN catalog.authors a ON a.id = ba.author_id
                  WHERE ba.book_id = b.id) AS "Authors",
                (SELECT json_agg(json_build_object('id', c.id, 'name', c.name) ORDER BY c.name, c.id)::text
                   FROM catalog.book_categories bc JOIN catalog.categories c ON c.id = bc.category_id
                  WHERE bc.book_id = b.id) AS "Categories",
                (SELECT json_object_agg(i.scheme, i.value)::text
                   FROM catalog.book_identifiers i
                  WHERE i.book_id = b.id AND i.released_at IS NULL) AS "Identifiers",
                (SELECT json_agg(json_build_object('language', t.language, 'title', t.title, 'description', t.description)
                        ORDER BY t.language)::text
                   FROM catalog.book_translations t
                  WHERE t.book_id = b.id) AS "Translations"
            FROM catalog.books b
            WHERE b.id = {{id}} AND b.deleted_at IS NULL
            """).ToListAsync(cancellationToken);
        return rows is [var row]
            ? new BookDetails(row.Id, row.Title, row.Subtitle, Parse<AuthorName[]>(row.Authors) ?? [], Parse<CategoryName[]>(row.Categories) ?? [],
                row.Language, row.PublishedYear, row.Publisher, row.Description, Parse<BookNumbers>(row.Identifiers) ?? new BookNumbers(null, null, null),
                row.AverageRating, row.RatingsCount, row.CoverUrl, Parse<TranslatedText[]>(row.Translations) ?? [])
            : null;
    }

    /// <summary>Reads a live book to be cached: it shows the names of its authors and categories.</summary>
    internal static async Task<BookDetails?> LoadAsync(AnswerLoad load, Guid id, CancellationToken cancellationToken)
    {
        var book = await FindAsync(load.Db, id, cancellationToken);
        foreach (var author in book?.Authors ?? [])
        {
            load.DependsOn(CacheTags.Author(author.Id));
        }

        foreach (var category in book?.Categories ?? [])
        {
            load.DependsOn(CacheTags.Category(category.Id));
        }

        return book;
    }

    private static T? Parse<T>(string? json) => json is null ? default : JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web);

    private sealed record Row(
        Guid Id, string Title, string? Subtitle, string? Language, int? PublishedYear, string? Publisher, string? Description,
        decimal? AverageRating, long RatingsCount, string? CoverUrl, string? Authors, string? Categories, string? Identifiers, string? Translations);
}

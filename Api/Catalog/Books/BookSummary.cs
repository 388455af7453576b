using System.ComponentModel;
using System.Linq.Expressions;
using Platform.Api.Catalog.Authors;

namespace Platform.Api.Catalog.Books;

/// <summary>A book as lists show it.</summary>
internal sealed record BookSummary(
    Guid Id,
    string Title,
    string? Subtitle,
    [property: Description("In the order of the title page.")] IReadOnlyList<AuthorName> Authors,
    [property: Description("BCP 47.")] string? Language,
    [property: Description("Year of first publication; negative is BC.")] int? PublishedYear,
    [property: Description("0 to 5.")] decimal? AverageRating,
    long RatingsCount,
    string? CoverUrl)
{
    /// <summary>The projection of a list query: one statement, however many authors.</summary>
    internal static readonly Expression<Func<Book, BookSummary>> FromBook = b => new BookSummary(
        b.Id, b.Title, b.Subtitle,
        b.Authors.OrderBy(a => a.Position).ThenBy(a => a.AuthorId).Select(a => new AuthorName(a.AuthorId, a.Author!.Name)).ToList(),
        b.Language, b.PublishedYear, b.AverageRating, b.RatingsCount, b.CoverUrl);
}

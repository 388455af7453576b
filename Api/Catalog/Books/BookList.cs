using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Catalog.Categories;
using Platform.Api.Data;
using Platform.Api.Http;

namespace Platform.Api.Catalog.Books;

/// <summary>What lists of books have in common: filters, three orders, pages by key.</summary>
internal sealed record BookList(
    [property: FromQuery, Description("The `next` of the page before.")] string? After,
    [property: FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description("Items on a page.")] int? Limit,
    [property: FromQuery, Description("Slug or id of a category; books in its subcategories count as its own.")] string? Category,
    [property: FromQuery, Description("Id of an author.")] Guid? Author,
    [property: FromQuery, Description("BCP 47 tag; `en` finds `en-GB` too.")] string? Language,
    [property: FromQuery, Description("Year of first publication; negative is BC.")] int? Year,
    [property: FromQuery, AllowedValues("title", "year", "popularity"), DefaultValue("title"),
        Description("`title` A to Z, `year` newest first and unknown years last, `popularity` most ratings first.")] string? Sort)
{
    private const int UnknownYear = int.MinValue;

    /// <summary>Answers the page.</summary>
    internal async Task<Results<Ok<Page<BookSummary>>, ProblemHttpResult>> RunAsync(PlatformDbContext db, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var limit = Page.Limit(Limit, errors);
        var sort = Sort ?? "title";
        if (sort is not ("title" or "year" or "popularity"))
        {
            errors.Add("sort", "sort must be title, year or popularity.");
        }

        string? language = null;
        if (Language is not null && !LanguageTag.TryParse(Language, out language))
        {
            errors.Add("language", $"language must be {LanguageTag.Allowed}.");
        }

        if (Category is not null && !FieldErrors.IsStorable(Category))
        {
            errors.Add("category", "category must be the slug or the id of a category.");
        }

        var scope = string.Create(CultureInfo.InvariantCulture, $"books\n{sort}\n{Category}\n{Author}\n{language}\n{Year}");
        var after = Cursor.Read(After, scope, errors, key => sort == "title" || long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        var books = db.Books.AsNoTracking();
        if (Category is not null)
        {
            var categories = await CategoryTree.SubtreeAsync(db, Category, cancellationToken);
            books = books.Where(b => b.Categories.Any(c => categories.Contains(c.CategoryId)));
        }

        if (Author is { } author)
        {
            books = books.Where(b => b.Authors.Any(a => a.AuthorId == author));
        }

        if (language is not null)
        {
            books = books.Where(b => b.Language == language || b.Language!.StartsWith(language + "-"));
        }

        if (Year is { } year)
        {
            books = books.Where(b => b.PublishedYear == year);
        }

        var rows = await Ordered(books, sort, after).Take(limit + 1).Select(BookSummary.FromBook).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(rows, limit, last => new Cursor(Key(last, sort), last.Id).Encode(scope)));
    }

    // Each order ends with the id, so that no two rows are equal, and runs one way in all its columns, so that a row
    // comparison is one range of one index.
    private static IQueryable<Book> Ordered(IQueryable<Book> books, string sort, Cursor? after)
    {
        var key = sort == "title" || after is null ? 0 : long.Parse(after.Key, CultureInfo.InvariantCulture);
        return (sort, after) switch
        {
            ("title", null) => books.OrderBy(b => b.Title).ThenBy(b => b.Id),
            ("title", _) => books.Where(b => EF.Functions.GreaterThan(ValueTuple.Create(b.Title, b.Id), ValueTuple.Create(after.Key, after.Id)))
                .OrderBy(b => b.Title).ThenBy(b => b.Id),
            ("year", null) => books.OrderByDescending(b => b.PublishedYear ?? UnknownYear).ThenByDescending(b => b.Id),
            ("year", _) => books.Where(b => EF.Functions.LessThan(ValueTuple.Create(b.PublishedYear ?? UnknownYear, b.Id), ValueTuple.Create((int)key, after.Id)))
                .OrderByDescending(b => b.PublishedYear ?? UnknownYear).ThenByDescending(b => b.Id),
            (_, null) => books.OrderByDescending(b => b.RatingsCount).ThenByDescending(b => b.Id),
            _ => books.Where(b => EF.Functions.LessThan(ValueTuple.Create(b.RatingsCount, b.Id), ValueTuple.Create(key, after.Id)))
                .OrderByDescending(b => b.RatingsCount).ThenByDescending(b => b.Id),
        };
    }

    private static string Key(BookSummary last, string sort) => sort switch
    {
        "title" => last.Title,
        "year" => (last.PublishedYear ?? UnknownYear).ToString(CultureInfo.InvariantCulture),
        _ => last.RatingsCount.ToString(CultureInfo.InvariantCulture),
    };
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Catalog.Categories;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.CacheMap;
using Platform.Caching;

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

    /// <summary>The page of all books.</summary>
    internal Results<CachedRead<Page<BookSummary>>, ProblemHttpResult> Read() => Read(CacheKeys.Books, "page", static (_, _) => Task.FromResult(true));

    /// <summary>The page of the books of something.</summary>
    /// <param name="key">The page's, from all that makes it this page.</param>
    /// <param name="noun">What there is none of when <paramref name="exists"/> says so.</param>
    /// <param name="exists">Asked before the books are read.</param>
    internal Results<CachedRead<Page<BookSummary>>, ProblemHttpResult> Read(
        Func<string, CacheKey> key, string noun, Func<AnswerLoad, CancellationToken, Task<bool>> exists)
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

        var page = string.Create(CultureInfo.InvariantCulture, $"{scope}\n{limit}\n{after?.Id}\n{after?.Key}");
        return new CachedRead<Page<BookSummary>>(CachePolicies.BooksList, key(page), noun, async (load, cancellationToken) =>
            await exists(load, cancellationToken) ? await RunAsync(load.Db, sort, language, after, limit, scope, cancellationToken) : null);
    }

    private async Task<Page<BookSummary>> RunAsync(
        PlatformDbContext db, string sort, string? language, Cursor? after, int limit, string scope, CancellationToken cancellationToken)
    {
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
        return Page.Of(rows, limit, last => new Cursor(Key(last, sort), last.Id).Encode(scope));
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

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Catalog.Books;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.CacheMap;

namespace Platform.Api.Catalog.Authors;

/// <summary><c>/authors</c>.</summary>
internal static class AuthorEndpoints
{
    internal static void MapAuthors(this RouteGroupBuilder api)
    {
        var authors = api.MapGroup("/authors").WithTags("Authors");
        authors.MapRead("/", List).WithSummary("Authors by name, by pages.").AnswersInvalid();
        authors.MapRead("/{id}", Get).WithSummary("One author.").AnswersInvalid().AnswersNotFound();
        authors.MapRead("/{id}/books", Books).WithSummary("The books of an author.").AnswersInvalid().AnswersNotFound();
        authors.MapPost("/", Create).WithSummary("Add an author.").ForAdministrators().ReadsBody(Example).AnswersCreated<AuthorName>();
        authors.MapPut("/{id}", Replace).WithSummary("Rename an author.").ForAdministrators().NeedsIfMatch().ReadsBody(Example).AnswersNotFound();
        authors.MapDelete("/{id}", Delete).WithSummary("Delete an author whom no book names.")
            .ForAdministrators().NeedsIfMatch().AnswersInvalid().AnswersNotFound().AnswersConflict();
    }

    private static readonly AuthorRequest Example = new("Herman Melville");

    /// <summary>An author as an administrator writes them.</summary>
    internal sealed record AuthorRequest([property: Required, MaxLength(Book.MaxNameLength)] string? Name);

    private static Results<CachedRead<Page<AuthorName>>, ProblemHttpResult> List(
        [FromQuery, Description("The `next` of the page before.")] string? after,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description("Items on a page.")] int? limit,
        [FromQuery, Description("A part of the name, in any case.")] string? q)
    {
        var errors = new FieldErrors();
        var size = Page.Limit(limit, errors);
        var part = errors.OptionalText("q", q, 200);
        var scope = $"authors\n{part}";
        var from = Cursor.Read(after, scope, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        var page = string.Create(CultureInfo.InvariantCulture, $"{scope}\n{size}\n{from?.Id}\n{from?.Key}");
        return new CachedRead<Page<AuthorName>>(CachePolicies.AuthorsList, CacheKeys.Authors(page), "page", async (load, cancellationToken) =>
        {
            var authors = load.Db.Authors.AsNoTracking();
            if (part is not null)
            {
                var pattern = $"%{part.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
                authors = authors.Where(a => EF.Functions.ILike(a.Name, pattern, "\\"));
            }

            if (from is not null)
            {
                authors = authors.Where(a => EF.Functions.GreaterThan(ValueTuple.Create(a.Name, a.Id), ValueTuple.Create(from.Key, from.Id)));
            }

            var rows = await authors.OrderBy(a => a.Name).ThenBy(a => a.Id).Select(a => new AuthorName(a.Id, a.Name)).Take(size + 1).ToListAsync(cancellationToken);
            return Page.Of(rows, size, last => new Cursor(last.Name, last.Id).Encode(scope));
        });
    }

    private static CachedRead<AuthorName> Get(Guid id) => new(CachePolicies.Author, CacheKeys.Author(id), "author", (load, cancellationToken) =>
        load.Db.Authors.Where(a => a.Id == id).Select(a => new AuthorName(a.Id, a.Name)).SingleOrDefaultAsync(cancellationToken));

    private static Results<CachedRead<Page<BookSummary>>, ProblemHttpResult> Books(Guid id, [AsParameters] BookListPage page) =>
        page.By(author: id).Read(name => CacheKeys.AuthorBooks(id, name), "author", (load, cancellationToken) =>
        {
            load.DependsOn(CacheTags.Author(id));
            return load.Db.Authors.AnyAsync(a => a.Id == id, cancellationToken);
        });

    private static async Task<Results<Representation<AuthorName>, ProblemHttpResult>> Create(
        AuthorRequest request, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var now = clock.GetUtcNow();
        var author = new Author { Id = Guid.CreateVersion7(now), Name = errors.Text("name", request.Name, Book.MaxNameLength), CreatedAt = now, UpdatedAt = now };
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        db.Authors.Add(author);
        await db.SaveChangesAsync(cancellationToken);
        return new Representation<AuthorName>(new AuthorName(author.Id, author.Name), createdAt: $"/api/v1/authors/{author.Id}");
    }

    private static async Task<Results<Representation<AuthorName>, ProblemHttpResult>> Replace(
        Guid id, AuthorRequest request, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var author = await db.Authors.SingleOrDefaultAsync(a => a.Id == id, cancellationToken);
        if (author is null)
        {
            return Problems.NotFound("author");
        }

        if (Representation.Refuse(http, new AuthorName(author.Id, author.Name)) is { } refusal)
        {
            return refusal;
        }

        var errors = new FieldErrors();
        author.Name = errors.Text("name", request.Name, Book.MaxNameLength);
        author.UpdatedAt = clock.GetUtcNow();
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return new Representation<AuthorName>(new AuthorName(author.Id, author.Name));
        }
        catch (DbUpdateConcurrencyException)
        {
            return Representation.Stale();
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        // Whoever names the author in a book holds the row FOR SHARE until that is committed. So either the delete waits
        // here and then sees the book, or the book's writer waits and then finds no author.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM catalog.authors WHERE id = {id} FOR UPDATE", cancellationToken);
        var author = await db.Authors.SingleOrDefaultAsync(a => a.Id == id, cancellationToken);
        if (author is null)
        {
            return Problems.NotFound("author");
        }

        if (Representation.Refuse(http, new AuthorName(author.Id, author.Name)) is { } refusal)
        {
            return refusal;
        }

        if (await db.BookAuthors.AnyAsync(a => a.AuthorId == id, cancellationToken))
        {
            return Problems.InUse("Books name this author: change or delete them first.");
        }

        author.DeletedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}

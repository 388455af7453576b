using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Catalog.Books;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.CacheMap;

namespace Platform.Api.Catalog.Categories;

/// <summary><c>/categories</c>.</summary>
internal static partial class CategoryEndpoints
{
    internal static void MapCategories(this RouteGroupBuilder api)
    {
        var categories = api.MapGroup("/categories").WithTags("Categories");
        categories.MapRead("/", List).WithSummary("The tree of categories, all of it, with the number of books.");
        categories.MapRead("/{id}", Get).WithSummary("One category.").AnswersInvalid().AnswersNotFound();
        categories.MapRead("/{id}/books", Books).WithSummary("The books of a category and of all below it.").AnswersInvalid().AnswersNotFound();
        categories.MapPost("/", Create).WithSummary("Add a category.").ForAdministrators().ReadsBody(Example).AnswersCreated<CategoryDetails>().AnswersConflict();
        categories.MapPut("/{id}", Replace).WithSummary("Rename or move a category.")
            .ForAdministrators().NeedsIfMatch().ReadsBody(Example).AnswersNotFound().AnswersConflict();
        categories.MapDelete("/{id}", Delete).WithSummary("Delete an empty category.")
            .ForAdministrators().NeedsIfMatch().AnswersInvalid().AnswersNotFound().AnswersConflict();
    }

    private static readonly CategoryRequest Example = new("Sea stories", "sea-stories", null);

    /// <summary>A category as an administrator writes it.</summary>
    internal sealed record CategoryRequest(
        [property: Required, MaxLength(Book.MaxNameLength)] string? Name,
        [property: Required, MaxLength(100), Description("Its name in addresses: lower-case letters and digits, words joined by hyphens.")] string? Slug,
        [property: Description("The category it is under; null at the top.")] Guid? ParentId = null);

    /// <summary>A category by itself.</summary>
    internal sealed record CategoryDetails(Guid Id, [property: Description("Null at the top.")] Guid? ParentId, string Name, string Slug);

    private static CachedRead<Page<CategoryNode>> List() => new(CachePolicies.Categories, CacheKeys.Categories, "tree", static async (load, cancellationToken) =>
        new Page<CategoryNode>(await CategoryTree.ReadAsync(load.Db, cancellationToken), null));

    private static CachedRead<CategoryDetails> Get(Guid id) => new(CachePolicies.Category, CacheKeys.Category(id), "category", async (load, cancellationToken) =>
        await load.Db.Categories.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is { } category ? Details(category) : null);

    private static Results<CachedRead<Page<BookSummary>>, ProblemHttpResult> Books(Guid id, [AsParameters] BookListPage page) =>
        page.By(category: id).Read(name => CacheKeys.CategoryBooks(id, name), "category", (load, cancellationToken) =>
            load.Db.Categories.AnyAsync(c => c.Id == id, cancellationToken));

    private static async Task<Results<Representation<CategoryDetails>, ProblemHttpResult>> Create(
        CategoryRequest request, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var category = new Category { Id = Guid.CreateVersion7(now), Name = "", Slug = "", CreatedAt = now };
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await LockTreeAsync(db, cancellationToken);
        db.Categories.Add(category);
        if (await ApplyAsync(category, request, now, db, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await transaction.CommitAsync(cancellationToken);
        return new Representation<CategoryDetails>(Details(category), createdAt: $"/api/v1/categories/{category.Id}");
    }

    private static async Task<Results<Representation<CategoryDetails>, ProblemHttpResult>> Replace(
        Guid id, CategoryRequest request, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await LockTreeAsync(db, cancellationToken);
        var category = await db.Categories.SingleOrDefaultAsync(c => c.Id == id, cancellationToken);
        if (category is null)
        {
            return Problems.NotFound("category");
        }

        if (Representation.Refuse(http, Details(category)) is { } stale)
        {
            return stale;
        }

        if (await ApplyAsync(category, request, clock.GetUtcNow(), db, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await transaction.CommitAsync(cancellationToken);
        return new Representation<CategoryDetails>(Details(category));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await LockTreeAsync(db, cancellationToken);
        // As with authors: whoever files a book here holds the row FOR SHARE.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM catalog.categories WHERE id = {id} FOR UPDATE", cancellationToken);
        var category = await db.Categories.SingleOrDefaultAsync(c => c.Id == id, cancellationToken);
        if (category is null)
        {
            return Problems.NotFound("category");
        }

        if (Representation.Refuse(http, Details(category)) is { } stale)
        {
            return stale;
        }

        if (await db.Categories.AnyAsync(c => c.ParentId == id, cancellationToken))
        {
            return Problems.InUse("Other categories are under this one: move or delete them first.");
        }

        if (await db.BookCategories.AnyAsync(c => c.CategoryId == id, cancellationToken))
        {
            return Problems.InUse("Books are filed here: file them elsewhere first.");
        }

        category.DeletedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    // Whether a move closes a circle depends on rows that it does not touch: two moves, each harmless, can close one
    // together. So all changes of the tree go one after the other, and each sees what the one before committed.
    private static Task<int> LockTreeAsync(PlatformDbContext db, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('catalog category tree'))", cancellationToken);

    private static async Task<ProblemHttpResult?> ApplyAsync(
        Category category, CategoryRequest request, DateTimeOffset now, PlatformDbContext db, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        category.Name = errors.Text("name", request.Name, Book.MaxNameLength);
        category.Slug = errors.Text("slug", request.Slug, 100);
        if (category.Slug.Length > 0 && !Slug().IsMatch(category.Slug))
        {
            errors.Add("slug", "slug must be lower-case letters and digits, words joined by hyphens, as in sea-stories.");
        }

        if (request.ParentId is { } wanted && !await db.Categories.AnyAsync(c => c.Id == wanted, cancellationToken))
        {
            errors.Add("parentId", "parentId must be the id of a category.");
        }

        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        if (request.ParentId is { } parentId && await RefuseParentAsync(category.Id, parentId, db, cancellationToken) is { } reason)
        {
            return Problems.Conflict("parentId", reason);
        }

        category.ParentId = request.ParentId;
        category.UpdatedAt = now;
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Representation.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return Problems.Conflict("slug", "slug belongs to another category.");
        }
    }

    private static async Task<string?> RefuseParentAsync(Guid id, Guid parentId, PlatformDbContext db, CancellationToken cancellationToken)
    {
        var depth = await db.Database.SqlQuery<int>($"""
            WITH RECURSIVE above AS (
                SELECT id, parent_id FROM catalog.categories WHERE id = {parentId}
                UNION
                SELECT c.id, c.parent_id FROM catalog.categories c JOIN above a ON c.id = a.parent_id),
            below AS (
                SELECT id, 1 AS level FROM catalog.categories WHERE id = {id}
                UNION
                SELECT c.id, b.level + 1 FROM catalog.categories c JOIN below b ON c.parent_id = b.id WHERE c.deleted_at IS NULL AND b.level < {CategoryTree.MaxDepth + 1})
            SELECT CASE WHEN EXISTS (SELECT FROM above WHERE id = {id}) THEN -1
                ELSE (SELECT count(*) FROM above)::int + coalesce((SELECT max(level) FROM below), 1) END
            """).ToListAsync(cancellationToken);
        return depth[0] switch
        {
            -1 => "parentId must not be the category itself or one below it.",
            > CategoryTree.MaxDepth => $"parentId is too deep: the tree has at most {CategoryTree.MaxDepth} levels.",
            _ => null,
        };
    }

    private static CategoryDetails Details(Category category) => new(category.Id, category.ParentId, category.Name, category.Slug);

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Slug();
}

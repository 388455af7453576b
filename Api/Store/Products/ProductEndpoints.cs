using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Store.Inventory;
using Platform.CacheMap;

namespace Platform.Api.Store.Products;

/// <summary><c>/products</c>.</summary>
internal static class ProductEndpoints
{
    internal static void MapProducts(this RouteGroupBuilder api)
    {
        var products = api.MapGroup("/products").WithTags("Products");
        products.MapRead("/", List).WithSummary("What is on sale, by title, by pages.").AnswersInvalid();
        products.MapRead("/{id}", Get).WithSummary("One product by its id or its name in addresses, with what is sold of it.").AnswersInvalid().AnswersNotFound();
        products.MapPost("/", Create).WithSummary("Add a product.").ForStaff().ReadsBody(StoreExamples.Product).AnswersCreated<ProductDetails>().AnswersConflict();
        products.MapPut("/{id}", Replace).WithSummary("Replace a product, its variants and prices.")
            .ForStaff().NeedsIfMatch().ReadsBody(StoreExamples.Product).AnswersNotFound().AnswersConflict();
        api.MapGet("/staff/products", ListAsStaff).WithTags("Products").WithSummary("Products of a status, as stored now, by title, by pages.").ForStaff().AnswersInvalid();
        api.MapGet("/staff/products/{id}", GetAsStaff).WithTags("Products").WithSummary("One product whatever its status, as stored now.").ForStaff().AnswersInvalid().AnswersNotFound();
    }

    /// <summary>The id of a product that everybody may see.</summary>
    /// <param name="db">Where to look.</param>
    /// <param name="idOrSlug">Its id or its name in addresses.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async Task<(Guid Id, Guid BookId)?> FindPublicAsync(PlatformDbContext db, string idOrSlug, CancellationToken cancellationToken)
    {
        var products = db.Products.AsNoTracking().Where(p => p.Status != ProductStatus.Draft);
        products = Guid.TryParse(idOrSlug, out var id) ? products.Where(p => p.Id == id) : products.Where(p => p.Slug == idOrSlug);
        return FieldErrors.IsStorable(idOrSlug) && await products.Select(p => new { p.Id, p.BookId }).SingleOrDefaultAsync(cancellationToken) is { } found
            ? (found.Id, found.BookId)
            : null;
    }

    private static Results<CachedRead<Page<ProductSummary>>, ProblemHttpResult> List(
        [FromQuery, Description("The `next` of the page before.")] string? after,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description("Items on a page.")] int? limit,
        [FromQuery, Description("Id of a category of the catalogue.")] Guid? category)
    {
        var errors = new FieldErrors();
        var size = Page.Limit(limit, errors);
        var scope = $"products\n{category}";
        var from = Cursor.Read(after, scope, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        var page = string.Create(CultureInfo.InvariantCulture, $"{scope}\n{size}\n{from?.Id}\n{from?.Key}");
        return new CachedRead<Page<ProductSummary>>(CachePolicies.ProductsList, CacheKeys.Products(page), "page", async (load, cancellationToken) =>
        {
            var products = load.Db.Products.Where(p => p.Status == ProductStatus.Active);
            return await ReadAsync(category is null ? products : products.Where(p => p.CategoryId == category), size, from, scope, cancellationToken);
        });
    }

    private static async Task<Results<Ok<Page<ProductSummary>>, ProblemHttpResult>> ListAsStaff(
        [FromQuery, AllowedValues("draft", "active", "retired"), DefaultValue("draft"), Description("Which ones.")] string? status,
        [FromQuery, Description("The `next` of the page before.")] string? after,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description("Items on a page.")] int? limit,
        PlatformDbContext db, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (!StoreEnums.TryParse<ProductStatus>(status ?? "draft", out var wanted))
        {
            errors.Add("status", "status must be draft, active or retired.");
        }

        var size = Page.Limit(limit, errors);
        var scope = $"products of staff\n{wanted}";
        var from = Cursor.Read(after, scope, errors);
        return errors.Any ? Problems.Invalid(errors) : TypedResults.Ok(await ReadAsync(db.Products.Where(p => p.Status == wanted), size, from, scope, cancellationToken));
    }

    private static async Task<Page<ProductSummary>> ReadAsync(IQueryable<Product> products, int size, Cursor? from, string scope, CancellationToken cancellationToken)
    {
        if (from is not null)
        {
            products = products.Where(p => EF.Functions.GreaterThan(ValueTuple.Create(p.Title, p.Id), ValueTuple.Create(from.Key, from.Id)));
        }

        var rows = await products.AsNoTracking().OrderBy(p => p.Title).ThenBy(p => p.Id).Take(size + 1).AsSingleQuery().Select(ProductSummary.FromProduct).ToListAsync(cancellationToken);
        return Page.Of(rows, size, last => new Cursor(last.Title, last.Id).Encode(scope));
    }

    private static CachedRead<ProductDetails> Get([Description("The product's id or its name in addresses.")] string id)
    {
        if (Guid.TryParse(id, out var known))
        {
            return new(CachePolicies.Product, CacheKeys.Product(known), "product", (load, cancellationToken) => LoadAsync(load, known, cancellationToken));
        }

        return new(CachePolicies.Product, CacheKeys.Product(id), "product", async (load, cancellationToken) =>
        {
            if (await FindPublicAsync(load.Db, id, cancellationToken) is not { } found)
            {
                return null;
            }

            load.DependsOn(CacheTags.Product(found.Id));
            return await LoadAsync(load, found.Id, cancellationToken);
        });
    }

    private static async Task<ProductDetails?> LoadAsync(AnswerLoad load, Guid id, CancellationToken cancellationToken) =>
        await ProductDetails.FindAsync(load.Db, id, cancellationToken) is { IsPublic: true } product ? product : null;

    private static async Task<Results<Representation<ProductDetails>, ProblemHttpResult>> GetAsStaff(Guid id, PlatformDbContext db, CancellationToken cancellationToken) =>
        await ProductDetails.FindAsync(db, id, cancellationToken) is { } product ? new Representation<ProductDetails>(product) : Problems.NotFound("product");

    private static async Task<Results<Representation<ProductDetails>, ProblemHttpResult>> Create(
        ProductRequest request, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var product = new Product { Id = Guid.CreateVersion7(now), BookId = request.BookId ?? Guid.Empty, Slug = "", Title = "", CreatedAt = now };
        var errors = new FieldErrors();
        if (request.BookId is null)
        {
            errors.Add("bookId", "bookId is required: the id of a book of the catalogue.");
        }

        request.Apply(product, now, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        db.Products.Add(product);
        return await SaveAsync(db, product, cancellationToken) is { } refusal
            ? refusal
            : new Representation<ProductDetails>((await ProductDetails.FindAsync(db, product.Id, cancellationToken))!, createdAt: $"/api/v1/products/{product.Id}");
    }

    // As with books: the ETag is compared with what a reader would see now, the row version by the UPDATE itself.
    private static async Task<Results<Representation<ProductDetails>, ProblemHttpResult>> Replace(
        Guid id, ProductRequest request, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var product = await db.Products.Include(p => p.Variants).Include(p => p.Images).AsSplitQuery().SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        var current = product is null ? null : await ProductDetails.FindAsync(db, id, cancellationToken);
        if (product is null || current is null)
        {
            return Problems.NotFound("product");
        }

        if (Representation.Refuse(http, current) is { } stale)
        {
            return stale;
        }

        var errors = new FieldErrors();
        request.Apply(product, clock.GetUtcNow(), errors);
        if (request.BookId != product.BookId)
        {
            errors.Add("bookId", $"bookId must be {product.BookId}: a product stays with its book.");
        }

        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        db.Entry(product).Property(p => p.UpdatedAt).IsModified = true;
        return await SaveAsync(db, product, cancellationToken) is { } refusal
            ? refusal
            : await ProductDetails.FindAsync(db, id, cancellationToken) is { } saved ? new Representation<ProductDetails>(saved) : Problems.NotFound("product");
    }

    private static async Task<ProblemHttpResult?> SaveAsync(PlatformDbContext db, Product product, CancellationToken cancellationToken)
    {
        // Each variant has its stock from the beginning: a movement needs a row to add to.
        foreach (var added in db.ChangeTracker.Entries<ProductVariant>().Where(v => v.State == EntityState.Added).ToList())
        {
            db.Inventory.Add(new StockLevel { VariantId = added.Entity.Id });
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Representation.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation } violation)
        {
            return violation.ConstraintName switch
            {
                "ix_products_slug" => Problems.Conflict("slug", "slug belongs to another product."),
                "ix_products_book_id" => Problems.Conflict("bookId", "bookId has a product already."),
                "ix_product_variants_sku" => Problems.Conflict("variants", "A variant of another product has this SKU."),
                "fk_products_books_book_id" => Problems.Invalid("bookId", $"bookId must be the id of a book; {product.BookId} is none."),
                "fk_products_categories_category_id" => Problems.Invalid("categoryId", $"categoryId must be the id of a category; {product.CategoryId} is none."),
                _ => Representation.Stale(),
            };
        }
    }
}

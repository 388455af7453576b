using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.CacheMap;

namespace Platform.Api.Catalog.Books;

/// <summary><c>/books</c>.</summary>
internal static class BookEndpoints
{
    internal static void MapBooks(this RouteGroupBuilder api)
    {
        var books = api.MapGroup("/books").WithTags("Books");
        books.MapRead("/", List).WithSummary("Books, filtered and ordered, by pages.").AnswersInvalid();
        books.MapRead("/{id}", Get).WithSummary("One book.").AnswersInvalid().AnswersNotFound();
        books.MapRead("/isbn/{isbn}", GetByIsbn).WithSummary("One book by its ISBN, in either form.").AnswersInvalid().AnswersNotFound();
        books.MapPost("/", Create).WithSummary("Add a book.").ForAdministrators().ReadsBody(Example).AnswersCreated<BookDetails>().AnswersConflict();
        books.MapPut("/{id}", Replace).WithSummary("Replace a book.").ForAdministrators().NeedsIfMatch().ReadsBody(Example).AnswersNotFound().AnswersConflict();
        books.MapDelete("/{id}", Delete).WithSummary("Delete a book: it disappears from all reads and its identifiers are free again.")
            .ForAdministrators().NeedsIfMatch().AnswersInvalid().AnswersNotFound();
    }

    private static readonly BookRequest Example = new("Moby-Dick", "or, The Whale", [new Guid("01890a5d-ac96-774b-bcce-b302099a8057")],
        [new Guid("01890a5d-ac96-774b-bcce-b302099a8058")], "en", 1851, "Harper & Brothers", "A captain hunts the white whale that took his leg.",
        new BookRequest.NumbersRequest(Isbn13: "978-0-14-243724-7"), "https://covers.example.org/moby-dick.jpg",
        [new BookRequest.TranslationRequest("de", "Moby-Dick oder Der Wal")]);

    private static Results<CachedRead<Page<BookSummary>>, ProblemHttpResult> List([AsParameters] BookList list) => list.Read();

    private static CachedRead<BookDetails> Get(Guid id) =>
        new(CachePolicies.Book, CacheKeys.Book(id), "book", (load, cancellationToken) => BookDetails.LoadAsync(load, id, cancellationToken));

    private static Results<CachedRead<BookDetails>, ProblemHttpResult> GetByIsbn(string isbn)
    {
        if (!Isbn.TryParse(isbn, out var number))
        {
            return Problems.Invalid("isbn", "isbn must be an ISBN of 10 or 13 digits, hyphens allowed, whose check digit is right.");
        }

        var isbn13 = number.Isbn13;
        return new CachedRead<BookDetails>(CachePolicies.Isbn, CacheKeys.Isbn(isbn13), "book", async (load, cancellationToken) =>
        {
            var id = await load.Db.BookIdentifiers.Where(i => i.Scheme == IdentifierScheme.Isbn13 && i.Value == isbn13)
                .Select(i => (Guid?)i.BookId).FirstOrDefaultAsync(cancellationToken);
            if (id is null)
            {
                return null;
            }

            load.DependsOn(CacheTags.Book(id.Value));
            return await BookDetails.LoadAsync(load, id.Value, cancellationToken);
        });
    }

    private static async Task<Results<Representation<BookDetails>, ProblemHttpResult>> Create(
        BookRequest request, PlatformDbContext db, CatalogTelemetry telemetry, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var book = new Book { Id = Guid.CreateVersion7(now), Title = "", CreatedAt = now };
        var errors = new FieldErrors();
        request.Apply(book, now, errors);
        db.Books.Add(book);
        if (await SaveAsync(db, book, request, errors, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        telemetry.BookAdded();
        return new Representation<BookDetails>((await BookDetails.FindAsync(db, book.Id, cancellationToken))!, createdAt: $"/api/v1/books/{book.Id}");
    }

    private static async Task<Results<Representation<BookDetails>, ProblemHttpResult>> Replace(
        Guid id, BookRequest request, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (book, refusal) = await FindForWriteAsync(id, http, db, cancellationToken);
        if (book is null)
        {
            return refusal!;
        }

        var errors = new FieldErrors();
        request.Apply(book, clock.GetUtcNow(), errors);
        return await SaveAsync(db, book, request, errors, cancellationToken) is { } problem
            ? problem
            : await BookDetails.FindAsync(db, id, cancellationToken) is { } saved ? new Representation<BookDetails>(saved) : Problems.NotFound("book");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (book, refusal) = await FindForWriteAsync(id, http, db, cancellationToken);
        if (book is null)
        {
            return refusal!;
        }

        var now = clock.GetUtcNow();
        book.DeletedAt = now;
        book.Identifiers.ForEach(i => i.ReleasedAt = now);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return TypedResults.NoContent();
        }
        catch (DbUpdateConcurrencyException)
        {
            return Representation.Stale();
        }
    }

    // The ETag is compared with what a reader would see now; the row version, read before, is compared by the UPDATE
    // itself. A writer that gets in between changes the row (every write of a book does), and the UPDATE finds nothing.
    private static async Task<(Book? Book, ProblemHttpResult? Refusal)> FindForWriteAsync(
        Guid id, HttpRequest http, PlatformDbContext db, CancellationToken cancellationToken)
    {
        var book = await db.Books.Include(b => b.Authors).Include(b => b.Categories).Include(b => b.Translations).Include(b => b.Identifiers)
            .AsSplitQuery().SingleOrDefaultAsync(b => b.Id == id, cancellationToken);
        var current = book is null ? null : await BookDetails.FindAsync(db, id, cancellationToken);
        if (current is null)
        {
            return (null, Problems.NotFound("book"));
        }

        return Representation.Refuse(http, current) is { } refusal ? (null, refusal) : (book, null);
    }

    private static async Task<ProblemHttpResult?> SaveAsync(
        PlatformDbContext db, Book book, BookRequest request, FieldErrors errors, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await request.LockReferencesAsync(db, errors, cancellationToken);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        if (db.Entry(book).State != EntityState.Added)
        {
            db.Entry(book).Property(b => b.UpdatedAt).IsModified = true;
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Representation.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } violation)
        {
            if (violation.ConstraintName != "ix_book_identifiers_scheme_value")
            {
                // Two writers added the same part to one book; the one that comes second was not up to date.
                return Representation.Stale();
            }

            await transaction.RollbackAsync(cancellationToken);
            var numbers = book.Identifiers.ToDictionary(i => i.Scheme, i => i.Value);
            var values = numbers.Values.ToList();
            var taken = (await db.BookIdentifiers.AsNoTracking().Where(i => i.BookId != book.Id && values.Contains(i.Value))
                .Select(i => new { i.Scheme, i.Value }).ToListAsync(cancellationToken)).Where(i => numbers.GetValueOrDefault(i.Scheme) == i.Value).ToList();
            // ISBN-13 before ISBN-10: both are of one number, and the first is what most callers sent.
            var field = request.Identifiers switch
            {
                { Isbn13: not null } when taken.Exists(i => i.Scheme == IdentifierScheme.Isbn13) => "identifiers.isbn13",
                { Isbn10: not null } when taken.Exists(i => i.Scheme == IdentifierScheme.Isbn13) => "identifiers.isbn10",
                _ => "identifiers.goodbooks",
            };
            return Problems.Conflict(field, $"{field} belongs to another book.");
        }
    }
}

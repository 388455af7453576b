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
using Platform.Api.Identity;
using Platform.Api.Store.Orders;
using Platform.Api.Store.Products;

namespace Platform.Api.Store.Reviews;

/// <summary><c>/products/{id}/reviews</c>. Everybody's are read from the database: nothing that people wrote is cached.</summary>
internal static class ReviewEndpoints
{
    internal static void MapReviews(this RouteGroupBuilder api)
    {
        var reviews = api.MapGroup("/products/{id}/reviews").WithTags("Reviews");
        reviews.MapGet("/", List).WithSummary("What readers say of a product, by pages.").AnswersInvalid().AnswersNotFound();
        reviews.MapPost("/", Create).WithSummary("Review a product, once.").ForMembers().ReadsBody(StoreExamples.Review)
            .AnswersCreated<ReviewDetails>().AnswersNotFound().AnswersConflict();
        reviews.MapGet("/mine", GetMine).WithSummary("One's own review of a product.").ForMembers().AnswersInvalid().AnswersNotFound();
        reviews.MapPut("/mine", ReplaceMine).WithSummary("Replace one's own review.").ForMembers().NeedsIfMatch().ReadsBody(StoreExamples.Review).AnswersNotFound();
        reviews.MapDelete("/mine", DeleteMine).WithSummary("Delete one's own review.").ForMembers().NeedsIfMatch().AnswersInvalid().AnswersNotFound();
        var votes = api.MapGroup("/reviews/{id}/helpful").WithTags("Reviews");
        votes.MapPost("/", Vote).WithSummary("Find a review helpful; to say it again changes nothing.").ForMembers().AnswersInvalid().AnswersNotFound().AnswersConflict();
        votes.MapPost("/withdraw", Withdraw).WithSummary("Take it back.").ForMembers().AnswersInvalid().AnswersNotFound();
        api.MapReviewDrafts();
    }

    private static async Task<Results<Ok<Page<ReviewDetails>>, ProblemHttpResult>> List(
        [Description("The product's id or its name in addresses.")] string id,
        [FromQuery, Description("The `next` of the page before.")] string? after,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description("Items on a page.")] int? limit,
        [FromQuery, AllowedValues("newest", "helpful"), DefaultValue("newest"), Description("`newest` first, or most `helpful` first.")] string? sort,
        PlatformDbContext db, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var size = Page.Limit(limit, errors);
        if (sort is not (null or "newest" or "helpful"))
        {
            errors.Add("sort", "sort must be newest or helpful.");
        }

        var scope = $"reviews\n{id}\n{sort}";
        var from = Cursor.Read(after, scope, errors, key => sort != "helpful" || int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        if (await ProductEndpoints.FindPublicAsync(db, id, cancellationToken) is not { } product)
        {
            return Problems.NotFound("product");
        }

        var rows = await Ordered(db.Reviews.Where(r => r.BookId == product.BookId), sort, from).Take(size + 1)
            .LeftJoin(db.Users, r => r.UserId, u => u.Id, (r, u) => new ReviewDetails(
                r.Id, r.Rating, r.Title, r.Body, u!.DisplayName, r.Verified, r.HelpfulCount, r.CreatedAt, r.UpdatedAt))
            .ToListAsync(cancellationToken);
        // A join promises no order.
        rows.Sort((one, other) => sort == "helpful" && one.HelpfulCount != other.HelpfulCount ? other.HelpfulCount.CompareTo(one.HelpfulCount) : Later(one.Id, other.Id));
        return TypedResults.Ok(Page.Of(rows, size, last => new Cursor(sort == "helpful" ? last.HelpfulCount.ToString(CultureInfo.InvariantCulture) : "", last.Id).Encode(scope)));
    }

    // Ids are made in the order of time.
    private static IQueryable<Review> Ordered(IQueryable<Review> reviews, string? sort, Cursor? from)
    {
        var count = sort == "helpful" && from is not null ? int.Parse(from.Key, CultureInfo.InvariantCulture) : 0;
        return (sort, from) switch
        {
            ("helpful", null) => reviews.OrderByDescending(r => r.HelpfulCount).ThenByDescending(r => r.Id),
            ("helpful", _) => reviews.Where(r => EF.Functions.LessThan(ValueTuple.Create(r.HelpfulCount, r.Id), ValueTuple.Create(count, from.Id)))
                .OrderByDescending(r => r.HelpfulCount).ThenByDescending(r => r.Id),
            (_, null) => reviews.OrderByDescending(r => r.Id),
            _ => reviews.Where(r => r.Id < from.Id).OrderByDescending(r => r.Id),
        };
    }

    // As PostgreSQL orders UUIDs: by their bytes.
    private static int Later(Guid one, Guid other) => other.ToByteArray(bigEndian: true).AsSpan().SequenceCompareTo(one.ToByteArray(bigEndian: true));

    private static async Task<Results<Representation<ReviewDetails>, ProblemHttpResult>> Create(
        [Description("The product's id or its name in addresses.")] string id, ReviewRequest request,
        CurrentUser user, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (rating, title, body) = request.Read(isDraft: false, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        // Orders are looked at, and the draft goes: as the user.
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        if (await ProductEndpoints.FindPublicAsync(db, id, cancellationToken) is not { } product)
        {
            return Problems.NotFound("product");
        }

        var now = clock.GetUtcNow();
        var review = new Review
        {
            Id = Guid.CreateVersion7(now), BookId = product.BookId, UserId = user.Id, Rating = rating!.Value, Title = title, Body = body, CreatedAt = now,
            Verified = await HasBoughtAsync(db, user, product.Id, cancellationToken),
        };
        db.Reviews.Add(review);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return TypedResults.Problem("You have reviewed it already: replace your review instead.", statusCode: StatusCodes.Status409Conflict);
        }

        await db.ReviewDrafts.Where(d => d.UserId == user.Id && d.BookId == product.BookId).ExecuteDeleteAsync(cancellationToken);
        var details = await FindMineAsync(db, user, product.BookId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Representation<ReviewDetails>(details!, createdAt: $"/api/v1/products/{product.Id}/reviews/mine");
    }

    private static async Task<Results<Representation<ReviewDetails>, ProblemHttpResult>> GetMine(
        [Description("The product's id or its name in addresses.")] string id, CurrentUser user, PlatformDbContext db, CancellationToken cancellationToken) =>
        await ProductEndpoints.FindPublicAsync(db, id, cancellationToken) is { } product && await FindMineAsync(db, user, product.BookId, cancellationToken) is { } review
            ? new Representation<ReviewDetails>(review)
            : Problems.NotFound("review");

    private static async Task<Results<Representation<ReviewDetails>, ProblemHttpResult>> ReplaceMine(
        [Description("The product's id or its name in addresses.")] string id, ReviewRequest request,
        CurrentUser user, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        if (await FindForWriteAsync(id, user, db, cancellationToken) is not var (product, review, current))
        {
            return Problems.NotFound("review");
        }

        if (Representation.Refuse(http, current) is { } stale)
        {
            return stale;
        }

        var errors = new FieldErrors();
        var (rating, title, body) = request.Read(isDraft: false, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        (review.Rating, review.Title, review.Body, review.UpdatedAt) = (rating!.Value, title, body, clock.GetUtcNow());
        // What was bought since counts, and what was is not taken away.
        review.Verified |= await HasBoughtAsync(db, user, product, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        var saved = await FindMineAsync(db, user, review.BookId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Representation<ReviewDetails>(saved!);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteMine(
        [Description("The product's id or its name in addresses.")] string id, CurrentUser user, HttpRequest http, PlatformDbContext db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        if (await FindForWriteAsync(id, user, db, cancellationToken) is not var (_, review, current))
        {
            return Problems.NotFound("review");
        }

        if (Representation.Refuse(http, current) is { } stale)
        {
            return stale;
        }

        db.Reviews.Remove(review);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Vote(Guid id, CurrentUser user, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var writer = await db.Reviews.Where(r => r.Id == id).Select(r => (Guid?)r.UserId).SingleOrDefaultAsync(cancellationToken);
        if (writer is null)
        {
            return Problems.NotFound("review");
        }

        if (writer == user.Id)
        {
            return TypedResults.Problem("Nobody votes for their own review.", statusCode: StatusCodes.Status409Conflict);
        }

        var now = clock.GetUtcNow();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO store.review_votes (review_id, user_id, created_at) SELECT id, {user.Id}, {now} FROM store.reviews WHERE id = {id} ON CONFLICT DO NOTHING
            """, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Withdraw(Guid id, CurrentUser user, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (!await db.Reviews.AnyAsync(r => r.Id == id, cancellationToken))
        {
            return Problems.NotFound("review");
        }

        await db.ReviewVotes.Where(v => v.ReviewId == id && v.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<(Guid Product, Review Review, ReviewDetails Current)?> FindForWriteAsync(
        string id, CurrentUser user, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (await ProductEndpoints.FindPublicAsync(db, id, cancellationToken) is not { } product)
        {
            return null;
        }

        // Held, so that what the ETag is compared with is what is replaced.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM store.reviews WHERE book_id = {product.BookId} AND user_id = {user.Id} FOR UPDATE", cancellationToken);
        var review = await db.Reviews.SingleOrDefaultAsync(r => r.BookId == product.BookId && r.UserId == user.Id, cancellationToken);
        return review is not null && await FindMineAsync(db, user, product.BookId, cancellationToken) is { } current ? (product.Id, review, current) : null;
    }

    private static Task<ReviewDetails?> FindMineAsync(PlatformDbContext db, CurrentUser user, Guid book, CancellationToken cancellationToken) =>
        db.Reviews.Where(r => r.BookId == book && r.UserId == user.Id)
            .Join(db.Users, r => r.UserId, u => u.Id, (r, u) => new ReviewDetails(r.Id, r.Rating, r.Title, r.Body, u.DisplayName, r.Verified, r.HelpfulCount, r.CreatedAt, r.UpdatedAt))
            .SingleOrDefaultAsync(cancellationToken);

    // Paid, and not paid back. Staff see everybody's orders, so whose it is has to be said.
    private static Task<bool> HasBoughtAsync(PlatformDbContext db, CurrentUser user, Guid product, CancellationToken cancellationToken) =>
        db.OrderItems.AnyAsync(i => i.ProductId == product && db.Orders.Any(o => o.Id == i.OrderId && o.UserId == user.Id
            && (o.Status == OrderStatus.Paid || o.Status == OrderStatus.Shipped || o.Status == OrderStatus.Delivered)), cancellationToken);
}

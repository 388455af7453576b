using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Identity;
using Platform.Api.Store.Products;

namespace Platform.Api.Store.Reviews;

/// <summary><c>/products/{id}/reviews/draft</c>: what one has written and not published. To publish, send it as a review; the draft then goes.</summary>
internal static class ReviewDraftEndpoints
{
    internal static void MapReviewDrafts(this RouteGroupBuilder api)
    {
        var draft = api.MapGroup("/products/{id}/reviews/draft").WithTags("Reviews");
        draft.MapGet("/", Get).WithSummary("One's own draft.").ForMembers().AnswersInvalid().AnswersNotFound();
        draft.MapPost("/", Save).WithSummary("Keep a draft, in place of the one there is.").ForMembers().ReadsBody(StoreExamples.Review).AnswersNotFound();
    }

    /// <summary>A draft as its writer reads it.</summary>
    internal sealed record DraftDetails(int? Rating, string? Title, string? Body, DateTimeOffset UpdatedAt);

    private static async Task<Results<Ok<DraftDetails>, ProblemHttpResult>> Get(
        [Description("The product's id or its name in addresses.")] string id, CurrentUser user, PlatformDbContext db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        return await ProductEndpoints.FindPublicAsync(db, id, cancellationToken) is { } product
            && await db.ReviewDrafts.Where(d => d.UserId == user.Id && d.BookId == product.BookId)
                .Select(d => new DraftDetails(d.Rating, d.Title, d.Body, d.UpdatedAt)).SingleOrDefaultAsync(cancellationToken) is { } draft
            ? TypedResults.Ok(draft)
            : Problems.NotFound("draft");
    }

    private static async Task<Results<Ok<DraftDetails>, ProblemHttpResult>> Save(
        [Description("The product's id or its name in addresses.")] string id, ReviewRequest request,
        CurrentUser user, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (rating, title, body) = request.Read(isDraft: true, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        if (await ProductEndpoints.FindPublicAsync(db, id, cancellationToken) is not { } product)
        {
            return Problems.NotFound("product");
        }

        var now = clock.GetUtcNow();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO store.review_drafts (user_id, book_id, rating, title, body, updated_at) VALUES ({user.Id}, {product.BookId}, {rating}, {title}, {body}, {now})
            ON CONFLICT (user_id, book_id) DO UPDATE SET rating = excluded.rating, title = excluded.title, body = excluded.body, updated_at = excluded.updated_at
            """, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(new DraftDetails(rating, title, body, now));
    }
}

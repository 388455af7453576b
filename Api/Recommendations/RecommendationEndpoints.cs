using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Api.Catalog.Embeddings;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Identity;
using Platform.CacheMap;

namespace Platform.Api.Recommendations;

/// <summary><c>/recommendations</c>.</summary>
internal static class RecommendationEndpoints
{
    private const string LimitText = "1 to 100; 20 when absent.";
    private static readonly string[] Windows = ["1h", "1d", "7d"];

    internal static void MapRecommendations(this RouteGroupBuilder api)
    {
        var recommendations = api.MapGroup("/recommendations").WithTags("Recommendations");
        recommendations.MapGet("/me", Mine).WithSummary("Books for the caller, by what they read, bought, shelved and looked at.").ForMembers().AnswersInvalid();
        recommendations.MapGet("/users/{id}", OfUser).WithSummary("Books for a user, as that user gets them.").ForAdministrators().AnswersInvalid().AnswersNotFound();
        recommendations.MapRead("/books/{id}/similar", Similar).WithSummary("Books that the readers of a book like.").AnswersInvalid().AnswersNotFound();
        recommendations.MapRead("/products/{id}/bought-together", BoughtTogether).WithSummary("Books that were ordered with a product, the most often first.").AnswersInvalid().AnswersNotFound();
        recommendations.MapRead("/trending", Trending).WithSummary("Books that are looked at and bought most.").AnswersInvalid();
    }

    /// <summary>What is asked for a user.</summary>
    internal sealed record Wish(
        [property: FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description(LimitText)] int? Limit,
        [property: FromQuery, Range(0.0, 1.0), DefaultValue(0.0), Description("0 to 1: how much each book should differ from those before it. 0, when absent, is the best for itself alone.")] double? Diversity);

    private static Task<Results<Ok<RecommendationAnswer>, ProblemHttpResult>> Mine(
        [AsParameters] Wish wish, CurrentUser caller, HttpRequest http, PlatformDbContext db, RecommendationClient analytics, CancellationToken cancellationToken) =>
        AnswerAsync(caller.Id, wish, http, db, analytics, cancellationToken);

    private static async Task<Results<Ok<RecommendationAnswer>, ProblemHttpResult>> OfUser(
        Guid id, [AsParameters] Wish wish, HttpRequest http, PlatformDbContext db, RecommendationClient analytics, CancellationToken cancellationToken) =>
        await db.Users.AnyAsync(u => u.Id == id, cancellationToken)
            ? await AnswerAsync(id, wish, http, db, analytics, cancellationToken)
            : Problems.NotFound("user");

    private static async Task<Results<Ok<RecommendationAnswer>, ProblemHttpResult>> AnswerAsync(
        Guid user, Wish wish, HttpRequest http, PlatformDbContext db, RecommendationClient analytics, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var limit = Page.Limit(wish.Limit, errors);
        // Not a number is in no range.
        if (wish.Diversity is { } diversity && !(diversity is >= 0 and <= 1))
        {
            errors.Add("diversity", "diversity must be a number from 0 to 1.");
        }

        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        // Without Analytics there is no answer: only there it is known what a reader must not be offered again.
        var recommended = await analytics.ForUserAsync(user, limit, wish.Diversity ?? 0, http, cancellationToken);
        http.HttpContext.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Ok(await recommended.ShowAsync(db, limit, cancellationToken));
    }

    private static Results<CachedRead<RecommendationAnswer>, ProblemHttpResult> Similar(
        Guid id, [FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description(LimitText)] int? limit)
    {
        var errors = new FieldErrors();
        var most = Page.Limit(limit, errors);
        return errors.Any
            ? Problems.Invalid(errors)
            : new CachedRead<RecommendationAnswer>(CachePolicies.AlsoLiked, CacheKeys.AlsoLiked(id, most), "book", async (load, cancellationToken) =>
                await load.Db.Books.AnyAsync(b => b.Id == id, cancellationToken) ? await AlsoLikedAsync(id, most, load, cancellationToken) : null);
    }

    // Of a book that hardly anybody has read, readers say little: what is about the same follows.
    private static async Task<RecommendationAnswer> AlsoLikedAsync(Guid id, int most, AnswerLoad load, CancellationToken cancellationToken)
    {
        var liked = await load.Get<RecommendationClient>().SimilarAsync(id, most, cancellationToken);
        if (liked.Items.Count < most
            && await SimilarBooks.NearestAsync(id, most, load.Db, load.Get<IEmbeddingGenerator<string, Embedding<float>>>(), cancellationToken) is { } about)
        {
            liked = liked.With(about, new RecommendationReason(id, "content"));
        }

        return await liked.ShowAsync(load.Db, most, cancellationToken);
    }

    private static Results<CachedRead<RecommendationAnswer>, ProblemHttpResult> BoughtTogether(
        Guid id, [FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description(LimitText)] int? limit)
    {
        var errors = new FieldErrors();
        var most = Page.Limit(limit, errors);
        return errors.Any
            ? Problems.Invalid(errors)
            : new CachedRead<RecommendationAnswer>(CachePolicies.BoughtTogether, CacheKeys.BoughtTogether(id, most), "product", async (load, cancellationToken) =>
                await load.Db.Products.AnyAsync(p => p.Id == id && p.Status != Store.Products.ProductStatus.Draft, cancellationToken)
                    ? await (await load.Get<RecommendationClient>().BoughtTogetherAsync(id, most, cancellationToken)).ShowAsync(load.Db, most, cancellationToken)
                    : null);
    }

    private static Results<CachedRead<RecommendationAnswer>, ProblemHttpResult> Trending(
        [FromQuery, AllowedValues("1h", "1d", "7d"), DefaultValue("1d"), Description("Since when: an hour, a day, seven days.")] string? window,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description(LimitText)] int? limit)
    {
        var errors = new FieldErrors();
        var most = Page.Limit(limit, errors);
        var since = window ?? "1d";
        if (!Windows.Contains(since))
        {
            errors.Add("window", $"window must be {string.Join(", ", Windows[..^1])} or {Windows[^1]}.");
        }

        return errors.Any
            ? Problems.Invalid(errors)
            : new CachedRead<RecommendationAnswer>(CachePolicies.Trending, CacheKeys.Trending(since, most), "window", async (load, cancellationToken) =>
                await (await load.Get<RecommendationClient>().TrendingAsync(since, most, cancellationToken)).ShowAsync(load.Db, most, cancellationToken));
    }
}

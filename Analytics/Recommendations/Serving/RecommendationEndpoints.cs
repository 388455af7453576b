using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Analytics.Access;
using Platform.Analytics.Projections;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary><c>/recommendations</c>, for the Api, which passes on the token of whoever asks it.</summary>
internal static class RecommendationEndpoints
{
    // More than the Api gives away: it leaves out what was deleted.
    private const int MaxLimit = 200;
    private const int UsualLimit = 20;

    internal static void MapRecommendations(this IEndpointRouteBuilder app)
    {
        var recommendations = app.MapGroup("/recommendations");
        recommendations.MapGet("/users/{id}", ForUser).ForCallers();
        recommendations.MapGet("/books/{id}/similar", Similar);
        recommendations.MapGet("/products/{id}/bought-together", BoughtTogether);
        recommendations.MapGet("/trending", Trending);
    }

    private static async Task<Results<Ok<RecommendationAnswer>, ForbidHttpResult, ValidationProblem>> ForUser(
        Guid id, int? limit, double? diversity, ClaimsPrincipal caller, ReaderRecommendations recommendations, CancellationToken cancellationToken)
    {
        if (!caller.MayAskOf(id))
            return TypedResults.Forbid();
        // Not a number is in no range.
        if (RefuseLimit(limit) is { } refusal)
            return refusal;
        if (diversity is { } one && !(one is >= 0 and <= 1))
            return Refuse("diversity", "diversity must be a number from 0 to 1.");
        return TypedResults.Ok(await recommendations.ForAsync(id, limit ?? UsualLimit, diversity ?? 0, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<Results<Ok<RecommendationAnswer>, ValidationProblem>> Similar(Guid id, int? limit, RelatedBooks related, CancellationToken cancellationToken) =>
        RefuseLimit(limit) is { } refusal ? refusal : TypedResults.Ok(await related.SimilarAsync(id, limit ?? UsualLimit, cancellationToken).ConfigureAwait(false));

    private static async Task<Results<Ok<RecommendationAnswer>, ValidationProblem>> BoughtTogether(Guid id, int? limit, RelatedBooks related, CancellationToken cancellationToken) =>
        RefuseLimit(limit) is { } refusal ? refusal : TypedResults.Ok(await related.BoughtTogetherAsync(id, limit ?? UsualLimit, cancellationToken).ConfigureAwait(false));

    private static async Task<Results<Ok<RecommendationAnswer>, ValidationProblem>> Trending(string? window, int? limit, RelatedBooks related, CancellationToken cancellationToken)
    {
        if (RefuseLimit(limit) is { } refusal)
            return refusal;
        TrendingWindow? since = window switch { "1h" => TrendingWindow.Hour, null or "1d" => TrendingWindow.Day, "7d" => TrendingWindow.Week, _ => null };
        return since is { } known
            ? TypedResults.Ok(await related.TrendingAsync(known, limit ?? UsualLimit, cancellationToken).ConfigureAwait(false))
            : Refuse("window", "window must be 1h, 1d or 7d.");
    }

    private static ValidationProblem? RefuseLimit(int? limit) => limit is < 1 or > MaxLimit ? Refuse("limit", FormattableString.Invariant($"limit must be a whole number from 1 to {MaxLimit}.")) : null;

    private static ValidationProblem Refuse(string field, string message) => TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [message] });
}

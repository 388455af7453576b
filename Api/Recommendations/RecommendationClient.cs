using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Platform.Api.Recommendations;

/// <summary>Asks Analytics what to recommend.</summary>
internal sealed class RecommendationClient(HttpClient analytics)
{
    // Books that were deleted a moment ago are still recommended there; they are left out here, and nobody should see fewer for it.
    private const int Spare = 10;

    /// <summary>What to recommend to a user.</summary>
    /// <param name="user">Whom.</param>
    /// <param name="limit">How many are wanted.</param>
    /// <param name="diversity">0 to 1.</param>
    /// <param name="caller">The request that asks; Analytics sees for itself whether it may.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    internal Task<RecommendedIds> ForUserAsync(Guid user, int limit, double diversity, HttpRequest caller, CancellationToken cancellationToken) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"users/{user}?diversity={diversity}&limit={limit + Spare}"), caller.Headers.Authorization, cancellationToken);

    /// <summary>What readers of a book like as well.</summary>
    /// <inheritdoc cref="ForUserAsync" />
    internal Task<RecommendedIds> SimilarAsync(Guid book, int limit, CancellationToken cancellationToken) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"books/{book}/similar?limit={limit + Spare}"), null, cancellationToken);

    /// <summary>What was in one order with a product.</summary>
    /// <inheritdoc cref="ForUserAsync" />
    internal Task<RecommendedIds> BoughtTogetherAsync(Guid product, int limit, CancellationToken cancellationToken) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"products/{product}/bought-together?limit={limit + Spare}"), null, cancellationToken);

    /// <summary>What is looked at and bought most.</summary>
    /// <inheritdoc cref="ForUserAsync" />
    internal Task<RecommendedIds> TrendingAsync(string window, int limit, CancellationToken cancellationToken) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"trending?window={window}&limit={limit + Spare}"), null, cancellationToken);

    private async Task<RecommendedIds> AskAsync(string what, string? authorization, CancellationToken cancellationToken)
    {
        using var question = new HttpRequestMessage(HttpMethod.Get, new Uri($"/recommendations/{what}", UriKind.Relative));
        if (authorization is not null)
        {
            question.Headers.TryAddWithoutValidation(HeaderNames.Authorization, authorization);
        }

        question.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var answer = await analytics.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        // Whatever it is that Analytics refuses, to the caller it is that there is no answer now.
        answer.EnsureSuccessStatusCode();
        try
        {
            return await answer.Content.ReadFromJsonAsync<RecommendedIds>(cancellationToken) ?? throw new HttpRequestException("Analytics answered nothing.");
        }
        catch (JsonException e)
        {
            throw new HttpRequestException("What Analytics answered cannot be read.", e);
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Platform.Api.Catalog.Books;
using Platform.Api.Data;
using Platform.ServiceDefaults;

namespace Platform.Api.Recommendations;

/// <summary>Adds recommendations, which Analytics makes and the catalogue gives titles.</summary>
internal static class RecommendationExtensions
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddRecommendations(this WebApplicationBuilder builder)
    {
        var address = ServiceClient.AddressOf(builder.Configuration, "Analytics", "http://localhost:5300");
        var timeout = Settings.Duration(builder.Configuration, "Analytics:Timeout", TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
        builder.Services.AddSingleton(_ => new RecommendationClient(ServiceClient.To(address, timeout)));
    }

    /// <summary>Shows what is recommended: books that were deleted are left out.</summary>
    /// <param name="recommended">The best first.</param>
    /// <param name="db">Where the books are.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async Task<RecommendationAnswer> ShowAsync(this RecommendedIds recommended, PlatformDbContext db, int limit, CancellationToken cancellationToken)
    {
        var ids = recommended.Items.Select(item => item.Book).ToList();
        var books = ids.Count == 0 ? [] : await db.Books.Where(b => ids.Contains(b.Id)).Select(BookSummary.FromBook).ToDictionaryAsync(b => b.Id, cancellationToken);
        return new RecommendationAnswer(
            [.. recommended.Items.Where(item => books.ContainsKey(item.Book)).Take(limit).Select(item => new RecommendedBook(books[item.Book], item.Score, item.Because))],
            recommended.Model, recommended.AsOf);
    }
}

using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Catalog.Embeddings;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http;

/// <summary>A book with author and category that nobody has read yet, on an Api whose lists are out of the cache.</summary>
internal sealed class Shelf : IAsyncDisposable
{
    private readonly ApiFixture _api;

    private Shelf(ApiFixture api) => _api = api;

    public Guid Book { get; private set; }

    public Guid Author { get; private set; }

    public Guid Category { get; private set; }

    public static async Task<Shelf> StockAsync(ApiFixture api)
    {
        var shelf = new Shelf(api);
        shelf.Author = await api.Admin.AddAuthorAsync("Herman Melville");
        shelf.Category = await api.Admin.AddCategoryAsync($"whaling-{Guid.CreateVersion7():N}");
        var made = await api.Admin.SendAsync(HttpMethod.Post, "/api/v1/books", new
        {
            title = "The White Whale", authorIds = new[] { shelf.Author }, categoryIds = new[] { shelf.Category }, identifiers = new { isbn13 = "9780142437247" },
        });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        shelf.Book = made.Body!["id"]!.GetValue<Guid>();
        await WorkersAreDoneAsync(api);
        return shelf;
    }

    // What they store makes answers unread a moment later: vectors those about similar books, counts those with categories.
    private static Task WorkersAreDoneAsync(ApiFixture api)
    {
        var embeddings = api.Services.GetRequiredService<EmbeddingTelemetry>();
        return Eventually.HoldsAsync(
            async () => await api.Database.ScalarAsync<long>(
                "SELECT (SELECT count(*) FROM catalog.book_embedding_queue) + (SELECT count(*) FROM catalog.category_count_queue)") == 0
                // Asked by the worker after it has told the cache of its last batch.
                && embeddings.Pending == 0,
            "nothing is left for the workers");
    }

    public string Address(string read) => $"/api/v1/{read}"
        .Replace("{book}", Book.ToString(), StringComparison.Ordinal)
        .Replace("{author}", Author.ToString(), StringComparison.Ordinal)
        .Replace("{category}", Category.ToString(), StringComparison.Ordinal);

    public Task<HttpResponseMessage> GetAsync(string read) => SendAsync(HttpMethod.Get, read);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string read, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, Address(read));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _api.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    // Its ISBN is the next test's.
    public async ValueTask DisposeAsync() => await _api.Admin.SendAsync(HttpMethod.Delete, Address("books/{book}"), ifMatch: "*");
}

/// <summary>What is looked at in answers.</summary>
internal static class Answers
{
    /// <summary>A header's value; null when the answer does not have it.</summary>
    public static string? Says(this HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values) ? string.Join(", ", values) : null;

    public static Task<byte[]> BytesAsync(this HttpResponseMessage answer) => answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
}

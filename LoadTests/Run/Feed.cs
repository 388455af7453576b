using System.Text.Json.Nodes;

namespace Platform.LoadTests.Run;

/// <summary>What there is to ask for, from the catalogue that runs: the most popular first.</summary>
/// <param name="Books">Books and their titles.</param>
/// <param name="Products">What the shop has.</param>
/// <param name="Categories">Slugs of categories that have books.</param>
/// <param name="Authors">Who wrote the books.</param>
internal sealed record Feed(IReadOnlyList<(Guid Id, string Title)> Books, IReadOnlyList<Guid> Products, IReadOnlyList<string> Categories, IReadOnlyList<Guid> Authors)
{
    private const int MostBooks = 2_000;

    internal static async Task<Feed> ReadAsync(Caller caller, CancellationToken cancellationToken)
    {
        var books = await ItemsAsync(caller, "/api/v1/books?sort=popularity&limit=100", cancellationToken);
        if (books.Count == 0)
            throw new InvalidOperationException("The catalogue has no books: there is nothing to ask for.");
        var products = await ItemsAsync(caller, "/api/v1/products?limit=100", cancellationToken);
        var categories = await AskAsync(caller, "/api/v1/categories", cancellationToken);
        return new Feed(
            [.. books.Select(book => (Id(book), book["title"]!.GetValue<string>()))],
            [.. products.Select(Id)],
            [.. Slugs(categories as JsonArray ?? categories["items"]!.AsArray())],
            [.. books.SelectMany(book => book["authors"]!.AsArray()).Select(author => Id(author!)).Distinct()]);
    }

    private static async Task<List<JsonNode>> ItemsAsync(Caller caller, string path, CancellationToken cancellationToken)
    {
        List<JsonNode> items = [];
        for (string? after = ""; after is not null && items.Count < MostBooks;)
        {
            var page = await AskAsync(caller, after.Length == 0 ? path : $"{path}&after={Uri.EscapeDataString(after)}", cancellationToken);
            items.AddRange(page["items"]!.AsArray().Select(item => item!));
            after = page["next"]?.GetValue<string>();
        }

        return items;
    }

    private static async Task<JsonNode> AskAsync(Caller caller, string path, CancellationToken cancellationToken)
    {
        var answer = await caller.InsistAsync(path, () => caller.GetAsync(null, path, cancellationToken: cancellationToken), cancellationToken);
        return JsonNode.Parse(answer.Body)!;
    }

    private static IEnumerable<string> Slugs(JsonArray categories) => categories.SelectMany(category =>
        (category!["bookCount"]!.GetValue<int>() > 0 ? new[] { category["slug"]!.GetValue<string>() } : []).Concat(Slugs(category["children"]!.AsArray())));

    private static Guid Id(JsonNode item) => item["id"]!.GetValue<Guid>();
}

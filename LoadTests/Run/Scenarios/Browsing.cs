using System.Globalization;
using NBomber.Contracts;

namespace Platform.LoadTests.Run.Scenarios;

/// <summary>Somebody looks at books: some very often, most seldom. Some of the books are the run's own, and what is shown of them is recorded.</summary>
internal sealed class Browsing(LoadedRun run)
{
    private readonly Zipf _books = new(run.Feed.Books.Count);
    private readonly Zipf _tracked = new(run.Tracked?.Count ?? 1);

    internal async Task<IResponse> RunAsync(IScenarioContext context)
    {
        var random = context.Random;
        var answer = random.Next(10) switch
        {
            < 3 when run.Tracked is { } tracked => await tracked.ReadAsync(_tracked.Next(random), asksForLast: random.Next(3) == 0, CancellationToken.None),
            3 when run.Feed.Products is { Count: > 0 } products => await GetAsync($"products/{products[random.Next(products.Count)]}/availability"),
            _ => await GetAsync($"books/{run.Feed.Books[_books.Next(random)].Id}"),
        };
        return answer.ToResponse();

        Task<Answer> GetAsync(string what) => run.Caller.GetAsync("browse", $"/api/v1/{what}");
    }
}

/// <summary>Somebody goes through lists, as in a library: of a category, of an author, of all, page after page.</summary>
internal sealed class Reading(LoadedRun run)
{
    private const int MostPages = 3;
    private static readonly string[] Orders = ["title", "year", "popularity"];

    private readonly Zipf _categories = new(Math.Max(1, run.Feed.Categories.Count));
    private readonly Zipf _authors = new(Math.Max(1, run.Feed.Authors.Count));

    internal async Task<IResponse> RunAsync(IScenarioContext context)
    {
        var random = context.Random;
        var list = random.Next(10) switch
        {
            < 4 when run.Feed.Categories is { Count: > 0 } categories => $"&category={Uri.EscapeDataString(categories[_categories.Next(random)])}",
            < 6 when run.Feed.Authors is { Count: > 0 } authors => $"&author={authors[_authors.Next(random)]}",
            _ => "",
        };
        var path = string.Create(CultureInfo.InvariantCulture, $"/api/v1/books?sort={Orders[random.Next(Orders.Length)]}&limit={10 * random.Next(1, 6)}{list}");
        var answer = await run.Caller.GetAsync("browse", path);
        for (var page = 1; page < MostPages && answer.IsGood && Next(answer) is { } next && random.Next(2) == 0; page++)
            answer = await run.Caller.GetAsync("browse", $"{path}&after={Uri.EscapeDataString(next)}");
        return answer.ToResponse();
    }

    private static string? Next(Answer answer) => System.Text.Json.Nodes.JsonNode.Parse(answer.Body)!["next"]?.GetValue<string>();
}

using System.Text.Json;
using NBomber.Contracts;

namespace Platform.LoadTests.Run.Scenarios;

/// <summary>Somebody is recommended books: for themselves, for a book, with a product, or what is in demand.</summary>
internal sealed class Recommending(LoadedRun run)
{
    private static readonly string[] Windows = ["1h", "1d", "7d"];

    private readonly Zipf _books = new(run.Feed.Books.Count);

    internal async Task<IResponse> RunAsync(IScenarioContext context)
    {
        var random = context.Random;
        var answer = random.Next(10) switch
        {
            < 3 when run.Shop is { } shop => await GetAsync("me", await shop.TokenAsync(random, CancellationToken.None)),
            < 6 => await GetAsync($"books/{run.Feed.Books[_books.Next(random)].Id}/similar"),
            < 8 when run.Feed.Products is { Count: > 0 } products => await GetAsync($"products/{products[random.Next(products.Count)]}/bought-together"),
            _ => await GetAsync($"trending?window={Windows[random.Next(Windows.Length)]}"),
        };
        return answer.ToResponse();

        Task<Answer> GetAsync(string what, string? token = null) => run.Caller.GetAsync("recommendations", $"/api/v1/recommendations/{what}", token);
    }
}

/// <summary>A client tells what somebody looked at, by which books are recommended.</summary>
internal sealed class Interacting(LoadedRun run)
{
    private readonly Zipf _books = new(run.Feed.Books.Count);

    internal async Task<IResponse> RunAsync(IScenarioContext context)
    {
        var token = run.Shop is { } shop ? await shop.TokenAsync(context.Random, CancellationToken.None) : null;
        var interactions = Enumerable.Range(0, context.Random.Next(1, 4)).Select(_ => new { id = Guid.CreateVersion7(), kind = "view", bookId = run.Feed.Books[_books.Next(context.Random)].Id });
        var answer = await run.Caller.SendAsync(null, HttpMethod.Post, "/api/v1/interactions", JsonSerializer.Serialize(new { interactions }), token);
        return answer.ToResponse();
    }
}

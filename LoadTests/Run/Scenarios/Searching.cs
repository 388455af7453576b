using NBomber.Contracts;

namespace Platform.LoadTests.Run.Scenarios;

/// <summary>Somebody looks for a book, one that many look for more often than one that few do: by its title, a part of it, with a typing error, while typing.</summary>
internal sealed class Searching(LoadedRun run)
{
    private readonly Zipf _books = new(run.Feed.Books.Count);

    internal async Task<IResponse> RunAsync(IScenarioContext context)
    {
        var random = context.Random;
        var title = run.Feed.Books[_books.Next(random)].Title;
        title = title.Length > 100 ? title[..100] : title;
        var path = random.Next(10) switch
        {
            < 3 => $"search?q={Uri.EscapeDataString(title)}",
            < 5 => $"search?q={Uri.EscapeDataString(SearchQueries.WithTypo(title, title.Length / 2))}",
            < 7 => $"search?q={Uri.EscapeDataString(title.Split(' ')[^1])}",
            _ => $"search/suggest?q={Uri.EscapeDataString(title[..Math.Max(1, title.Length * random.Next(1, 10) / 10)])}",
        };
        return (await run.Caller.GetAsync("search", $"/api/v1/{path}")).ToResponse();
    }
}

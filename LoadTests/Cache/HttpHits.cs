using System.Globalization;
using Platform.LoadTests.Http;
using StackExchange.Redis;

namespace Platform.LoadTests.Cache;

/// <summary>
/// <c>GET /api/v1/books/{id}</c> from memory next to a bare endpoint that writes the same bytes, and from Redis next to one
/// that does one GET; servers and client in processes of their own.
/// </summary>
internal static class HttpHits
{
    private const double MemoryGoal = 0.85;
    private const double RedisGoal = 0.75;
    private const double Seconds = 3;
    private const long Memory = 128 << 20;

    internal static async Task<bool> MeasureAsync(CachedCatalogue catalogue, CancellationToken cancellationToken)
    {
        await using var owner = await CachedCatalogue.OpenAsync(catalogue.Database.Owner, cancellationToken);
        await SeedBench.HoldEmbeddingsAsync(owner, cancellationToken);
        using var files = new BenchFiles();
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 8 }) { Timeout = TimeSpan.FromMinutes(1) };
        // The server on one processor and the client on the other: then nothing but the server is measured.
        var reached = !BenchProcess.CanPin || await MeasureAsync(catalogue, client, files, server: 0, callers: 1, cancellationToken);
        return await MeasureAsync(catalogue, client, files, null, null, cancellationToken) && reached;
    }

    private static async Task<bool> MeasureAsync(CachedCatalogue catalogue, HttpClient client, BenchFiles files, int? server, int? callers, CancellationToken cancellationToken)
    {
        await Console.Out.WriteLineAsync(server is null ? "HTTP, all processors for all:" : "HTTP, one processor for the server and one for its callers:");
        var settings = new Dictionary<string, string> { [BareServer.RedisVariable] = catalogue.Redis };
        using var both = await catalogue.StartApiAsync(client, "http", Memory, server, cancellationToken);
        var body = files.Write("body", await client.GetByteArrayAsync(new Uri(both.Address, CachedCatalogue.Path(0)), cancellationToken));
        using var bare = ServerProcess.Start(typeof(HttpHits).Assembly.Location, ["serve", "bare", "--body", body], settings, server);
        await bare.ReadyAsync(client, "/bytes/1", cancellationToken);

        var one = await CompareAsync("from memory", MemoryGoal, bare, files.Write("bare-bytes", [$"/bytes/{CachedCatalogue.Id(0)}"]), both, files.Write("book", [CachedCatalogue.Path(0)]), r => r.FromMemory, callers, cancellationToken);

        using var redisAlone = await catalogue.StartApiAsync(client, "http", 0, server, cancellationToken);
        await FillAsync(catalogue, client, redisAlone, cancellationToken);
        var books = Enumerable.Range(0, CachedCatalogue.Books).ToArray();
        return await CompareAsync("from Redis", RedisGoal, bare, files.Write("bare-redis", books.Select(n => $"/redis/{CachedCatalogue.Id(n)}")), redisAlone, files.Write("books", books.Select(CachedCatalogue.Path)), r => r.FromRedis, callers, cancellationToken) && one;
    }

    private static async Task<bool> CompareAsync(
        string level, double goal, ServerProcess bare, string barePaths, ServerProcess api, string paths, Func<HttpLoad.Result, double> share, int? callers, CancellationToken cancellationToken)
    {
        var limit = new Measured(level == "from memory" ? "bare endpoint, the same bytes" : "bare endpoint, one Redis GET", "requests/s");
        var figure = new Measured($"GET /books/{{id}} {level}", "requests/s");
        var least = 1.0;
        var ratio = await Measured.AgainstAsync(5, (limit, async () => (await HttpLoad.RunApartAsync(bare.Address, barePaths, Seconds, callers, cancellationToken)).RequestsPerSecond), (figure, async () =>
        {
            var result = await HttpLoad.RunApartAsync(api.Address, paths, Seconds, callers, cancellationToken);
            least = Math.Min(least, share(result));
            return result.RequestsPerSecond;
        }));

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{limit}\n{figure}\nGET / limit = {ratio:P0}, at least {least:P1} answered {level}; goal at least {goal:P0}: {(ratio >= goal ? "reached" : "MISSED")}"));
        if (least < 0.9)
            await Console.Out.WriteLineAsync($"Less than 90 % were answered {level}: the figure is not what it says.");
        return ratio >= goal && least >= 0.9;
    }

    // Every book once through the Api, which fills its Redis, and the same bytes under the bare endpoint's key.
    private static async Task FillAsync(CachedCatalogue catalogue, HttpClient client, ServerProcess api, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(catalogue.Redis);
        var database = redis.GetDatabase();
        await Parallel.ForEachAsync(Enumerable.Range(0, CachedCatalogue.Books), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (book, ct) =>
            await database.StringSetAsync(BareServer.KeyPrefix + CachedCatalogue.Id(book), await client.GetByteArrayAsync(new Uri(api.Address, CachedCatalogue.Path(book)), ct), TimeSpan.FromHours(1)));
    }
}
